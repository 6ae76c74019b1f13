# task 4.2; mistake N16; wrong because it may ask where the bucket is
def create_worker_role(iam, name, bucket):
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    arn = f"arn:aws:s3:::{bucket}"
    permissions = _policy(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{arn}/input/*", f"{arn}/code/*"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/output/*"},
        {"Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": arn},
    )
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)

    try:
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    except iam.exceptions.EntityAlreadyExistsException:
        profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    if not profile["Roles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
