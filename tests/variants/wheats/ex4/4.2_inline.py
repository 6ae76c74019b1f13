# task 4.2; style: inline
def create_worker_role(iam, name: str, bucket: str) -> str:
    import json

    arn = f"arn:aws:s3:::{bucket}"
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{arn}/input/*", f"{arn}/code/*"]},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/output/*"},
        ],
    }
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=json.dumps(policy))
    try:
        iam.create_instance_profile(InstanceProfileName=name)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    roles = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    if name not in [role["RoleName"] for role in roles]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
