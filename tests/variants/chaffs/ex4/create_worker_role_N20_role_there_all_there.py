# task 4.2; mistake N20; wrong because a role that is there does not mean that the rest is
def create_worker_role(iam, name, bucket):
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    objects = f"arn:aws:s3:::{bucket}"
    permissions = _policy(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{objects}/input/*", f"{objects}/code/*"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{objects}/output/*"},
    )
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        return name
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
