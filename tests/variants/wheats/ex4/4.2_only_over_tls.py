# task 4.2; right: a condition on TLS, the role of a profile exchanged
def create_worker_role(iam, name: str, bucket: str) -> str:
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        }
    )
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    iam.put_role_policy(
        RoleName=name,
        PolicyName="s3",
        PolicyDocument=_policy(
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": [f"arn:aws:s3:::{bucket}/input/*", f"arn:aws:s3:::{bucket}/code/*"],
                "Condition": tls,
            },
            {
                "Effect": "Allow",
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/output/*",
                "Condition": tls,
            },
        ),
    )
    try:
        iam.create_instance_profile(InstanceProfileName=name)
        iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name, WaiterConfig={"Delay": 1})
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    roles = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    if [r["RoleName"] for r in roles] != [name]:
        for r in roles:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=r["RoleName"])
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
