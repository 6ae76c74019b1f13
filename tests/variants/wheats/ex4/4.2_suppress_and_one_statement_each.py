# task 4.2; right: suppress for what is there, a statement for each right, tags, no waiter
from contextlib import suppress


def create_worker_role(iam, name, bucket):
    there = iam.exceptions.EntityAlreadyExistsException
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Ec2",
                "Effect": "Allow",
                "Principal": {"Service": ["ec2.amazonaws.com"]},
                "Action": ["sts:AssumeRole"],
            }
        ],
    }
    allow = [("s3:GetObject", "input/*"), ("s3:GetObject", "code/*"), ("s3:PutObject", "output/*")]
    rights = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": f"S{n}", "Effect": "Allow", "Action": [action], "Resource": [f"arn:aws:s3:::{bucket}/{place}"]}
            for n, (action, place) in enumerate(allow)
        ],
    }
    with suppress(there):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Tags=[{"Key": "day", "Value": "89"}])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust, indent=2))
    iam.put_role_policy(RoleName=name, PolicyName=f"{name}-rights", PolicyDocument=json.dumps(rights))
    with suppress(there):
        iam.create_instance_profile(InstanceProfileName=name)
    with suppress(iam.exceptions.LimitExceededException):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name
