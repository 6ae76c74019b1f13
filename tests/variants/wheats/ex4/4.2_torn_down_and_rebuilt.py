# task 4.2; right: takes down whatever an earlier run left and builds it anew
def create_worker_role(iam, name, bucket):
    gone = iam.exceptions.NoSuchEntityException
    for step in (
        lambda: iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name),
        lambda: iam.delete_instance_profile(InstanceProfileName=name),
        lambda: [
            iam.delete_role_policy(RoleName=name, PolicyName=p)
            for p in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ],
        lambda: iam.delete_role(RoleName=name),
    ):
        try:
            step()
        except gone:
            pass
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=_policy(
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
    )
    iam.put_role_policy(
        RoleName=name,
        PolicyName="s3",
        PolicyDocument=_policy(
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": [f"arn:aws:s3:::{bucket}/input/*", f"arn:aws:s3:::{bucket}/code/*"],
            },
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": [f"arn:aws:s3:::{bucket}/output/*"]},
        ),
    )
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
