# task 4.2; right: a table of three calls, EntityAlreadyExists and LimitExceeded passed over
def create_worker_role(iam, name, bucket):
    s3_arn = "arn:aws:s3:::" + bucket
    allow = lambda action, *paths: {"Effect": "Allow", "Action": action, "Resource": [f"{s3_arn}/{p}*" for p in paths]}
    assume = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    for call, arguments in (
        (iam.create_role, dict(RoleName=name, AssumeRolePolicyDocument=assume)),
        (iam.create_instance_profile, dict(InstanceProfileName=name)),
        (iam.add_role_to_instance_profile, dict(InstanceProfileName=name, RoleName=name)),
    ):
        try:
            call(**arguments)
        except (iam.exceptions.EntityAlreadyExistsException, iam.exceptions.LimitExceededException):
            pass
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=assume)
    iam.put_role_policy(
        RoleName=name,
        PolicyName="s3",
        PolicyDocument=_policy(allow("s3:GetObject", "input/", "code/"), allow("s3:PutObject", "output/")),
    )
    return name
