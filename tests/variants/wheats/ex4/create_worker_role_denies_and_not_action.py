# task 4.2; style: wide allows cut down by denies, NotAction and NotResource, which amount to the same rights
def create_worker_role(iam, name, bucket):
    arn = f"arn:aws:s3:::{bucket}"
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:assumerole"})
    permissions = _policy(
        {"Effect": "Allow", "Action": ["s3:getobject", "s3:putobject"], "Resource": f"{arn}/*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": [f"{arn}/input/*", f"{arn}/code/*"]},
        {"Effect": "Deny", "Action": "s3:PutObject", "NotResource": f"{arn}/output/*"},
        {"Effect": "Deny", "NotAction": ["s3:GetObject", "s3:PutObject"], "Resource": "*"},
    )
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
    iam.put_role_policy(RoleName=name, PolicyName="least", PolicyDocument=permissions)
    try:
        iam.create_instance_profile(InstanceProfileName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
    try:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "LimitExceeded":
            raise
    return name
