# task 4.2; mistake N3; wrong because a profile that holds a role takes no second one
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
        pass
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)
    try:
        iam.create_instance_profile(InstanceProfileName=name)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
