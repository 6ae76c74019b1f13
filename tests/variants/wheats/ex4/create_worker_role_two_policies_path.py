# task 4.2; style: a policy for each right, a path, a role that is made anew in a profile made anew
def create_worker_role(iam, name, bucket):
    _remove(iam, name)
    iam.create_role(
        RoleName=name,
        Path="/workers/",
        Description="worker",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                },
            }
        ),
    )
    for action, prefixes in {"GetObject": ["input", "code"], "PutObject": ["output"]}.items():
        statement = {
            "Effect": "Allow",
            "Action": f"s3:{action}",
            "Resource": [f"arn:aws:s3:::{bucket}/{prefix}/*" for prefix in prefixes],
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_role_policy(RoleName=name, PolicyName=action, PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName=name, Path="/workers/")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def _remove(iam, name):
    try:
        for role in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role["RoleName"])
        iam.delete_instance_profile(InstanceProfileName=name)
    except iam.exceptions.NoSuchEntityException:
        pass
    try:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        pass
