# task 4.2; mistake N3; wrong because it cannot be run a second time
def create_worker_role(iam, name, bucket):
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    objects = f"arn:aws:s3:::{bucket}"
    permissions = _policy(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{objects}/input/*", f"{objects}/code/*"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{objects}/output/*"},
    )
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
