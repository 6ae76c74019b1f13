# task 4.2; style: managed
def create_worker_role(iam, name: str, bucket: str) -> str:
    """Customer managed policy, look before you create."""
    import json

    missing = iam.exceptions.NoSuchEntityException
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "Wear",
                "Effect": "Allow",
                "Principal": {"Service": ["ec2.amazonaws.com"]},
                "Action": ["sts:AssumeRole"],
            },
        }
    )
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": [f"arn:aws:s3:::{bucket}/{prefix}/*"]}
        for sid, action, prefix in (
            ("Input", "s3:GetObject", "input"),
            ("Code", "s3:GetObject", "code"),
            ("Output", "s3:PutObject", "output"),
        )
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except missing:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    else:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    account = role["Arn"].split(":")[4]
    policy_arn = f"arn:aws:iam::{account}:policy/{name}-s3"
    try:
        current = iam.get_policy(PolicyArn=policy_arn)["Policy"]
    except missing:
        iam.create_policy(PolicyName=f"{name}-s3", PolicyDocument=json.dumps(document))
    else:
        version = iam.get_policy_version(PolicyArn=policy_arn, VersionId=current["DefaultVersionId"])
        if version["PolicyVersion"]["Document"] != document:
            for old in iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]:
                if not old["IsDefaultVersion"]:
                    iam.delete_policy_version(PolicyArn=policy_arn, VersionId=old["VersionId"])
            iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy_arn)
    try:
        profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    except missing:
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    if not any(role["RoleName"] == name for role in profile["Roles"]):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return profile["InstanceProfileName"]
