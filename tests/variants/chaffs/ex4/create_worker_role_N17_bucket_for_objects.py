# task 4.2; mistake N17; wrong because object actions need the ARN of objects, not that of the bucket
def create_worker_role(iam, name, bucket):
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    bucket_arn = f"arn:aws:s3:::{bucket}"
    permissions = _policy({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": bucket_arn})
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)
    try:
        iam.create_instance_profile(InstanceProfileName=name)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    if not iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
