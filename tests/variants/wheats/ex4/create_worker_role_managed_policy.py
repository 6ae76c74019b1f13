# task 4.2; style: a managed policy with ARN looked up, errors by code, helper functions
def create_worker_role(iam, name, bucket):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
        ],
    }
    if not _exists(lambda: iam.get_role(RoleName=name)):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName=name, PolicyArn=_worker_policy(iam, f"{name}-policy", bucket))
    if not _exists(lambda: iam.get_instance_profile(InstanceProfileName=name)):
        iam.create_instance_profile(InstanceProfileName=name)
    profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    if name not in [role["RoleName"] for role in profile["Roles"]]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return profile["InstanceProfileName"]


def _exists(call):
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return False
        raise
    return True


def _worker_policy(iam, policy_name, bucket):
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        for policy in page["Policies"]:
            if policy["PolicyName"] == policy_name:
                return policy["Arn"]
    arn = f"arn:{iam.meta.partition}:s3:::{bucket}/"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": [arn + "input/*", arn + "code/*"],
            },
            {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [arn + "output/*"]},
        ],
    }
    return iam.create_policy(PolicyName=policy_name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
