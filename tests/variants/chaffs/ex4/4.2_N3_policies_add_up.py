# task 4.2; mistake N3; wrong because each run puts a policy under another name
def create_worker_role(iam, name, bucket):
    def exists(call, **kw):
        try:
            return call(**kw)
        except iam.exceptions.NoSuchEntityException:
            return None

    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
    if exists(iam.get_role, RoleName=name):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    else:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    read = {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/{p}/*" for p in ("input", "code")],
    }
    write = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [f"arn:aws:s3:::{bucket}/output/*"]}
    iam.put_role_policy(
        RoleName=name,
        PolicyName=uuid.uuid4().hex,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read, write]}),
    )
    profile = exists(iam.get_instance_profile, InstanceProfileName=name) or iam.create_instance_profile(
        InstanceProfileName=name
    )
    if name not in {r["RoleName"] for r in profile["InstanceProfile"]["Roles"]}:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
