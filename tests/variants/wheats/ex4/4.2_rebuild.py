# task 4.2; style: rebuild
def create_worker_role(iam, name: str, bucket: str) -> str:
    """Two inline policies, stale policies are removed, LimitExceeded tells that the role is in the profile."""
    import json

    from botocore.exceptions import ClientError

    def attempt(call, code, **arguments):
        try:
            call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != code:
                raise
            return False
        return True

    def document(**statement):
        return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

    trust = document(
        Action="sts:AssumeRole",
        Principal={"Service": "ec2.amazonaws.com"},
    )
    if not attempt(iam.create_role, "EntityAlreadyExists", RoleName=name, AssumeRolePolicyDocument=trust):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    prefix = f"arn:aws:s3:::{bucket}/"
    wanted = {
        "read": document(Action=["s3:GetObject"], Resource=[prefix + "code/*", prefix + "input/*"]),
        "write": document(Action=["s3:PutObject"], Resource=[prefix + "output/*"]),
    }
    for policy_name, policy in wanted.items():
        iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=policy)
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
        for policy_name in page["PolicyNames"]:
            if policy_name not in wanted:
                iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
    attempt(iam.create_instance_profile, "EntityAlreadyExists", InstanceProfileName=name)
    attempt(iam.add_role_to_instance_profile, "LimitExceeded", InstanceProfileName=name, RoleName=name)
    return name
