# task 4.2; style: resource API over the environment, TLS asked for as well, waiters
def create_worker_role(iam, name, bucket):
    res = boto3.resource("iam")
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    try:
        res.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except res.meta.client.exceptions.EntityAlreadyExistsException:
        res.AssumeRolePolicy(name).update(PolicyDocument=trust)
    iam.get_waiter("role_exists").wait(RoleName=name)
    base = f"arn:aws:s3:::{bucket}"
    rules = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{base}/input/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{base}/code/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{base}/output/*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]
    res.RolePolicy(name, "rules").put(PolicyDocument=_policy(*rules))
    profiles = {profile.name: profile for profile in res.instance_profiles.all()}
    profile = profiles.get(name) or res.create_instance_profile(InstanceProfileName=name)
    if name not in [role.name for role in profile.roles]:
        profile.add_role(RoleName=name)
    return profile.name
