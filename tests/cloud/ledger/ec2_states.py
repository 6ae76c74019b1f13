"""Rows of the ledger: EC2, states, descriptions, security groups."""

from __future__ import annotations

from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AWSEC2/latest/APIReference/"
GUIDE = DOCS + "AWSEC2/latest/UserGuide/"
ERRORS = API + "errors-overview.html"
MISSING = "i-0123456789abcdef0"


def state_after_launch(aws: Aws) -> str:
    instance_id = aws.launch()[0]
    seen = [aws.instance(instance_id) for _ in range(2)]
    return " ".join(one["State"]["Name"] for one in seen)


def address_in_answer(aws: Aws) -> str:
    given = {"ImageId": aws.image(), "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}
    return str("PublicIpAddress" in aws.ec2.run_instances(**given)["Instances"][0])


def address_when_running(aws: Aws) -> str:
    instance_id = aws.launch()[0]
    aws.ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    return str("PublicIpAddress" in aws.instance(instance_id))


def checks(aws: Aws) -> str:
    instance_id = aws.launch()[0]
    aws.ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    seen = [aws.ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"][0] for _ in range(2)]
    return " ".join(one["InstanceStatus"]["Status"] for one in seen)


def from_state(verb: str, state: str) -> Any:
    def probe(aws: Aws) -> str:
        ids = aws.launch()
        aws.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        if state in ("terminated", "shutting-down"):
            aws.ec2.terminate_instances(InstanceIds=ids)
        if state == "terminated":
            aws.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
        if state == "stopping":
            aws.ec2.stop_instances(InstanceIds=ids)
        return outcome(getattr(aws.ec2, verb), InstanceIds=ids)

    return probe


def already(verb: str, waiter: str) -> Any:
    def probe(aws: Aws) -> str:
        ids = aws.launch()
        aws.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        for _ in range(2):
            answer = getattr(aws.ec2, verb)(InstanceIds=ids)
            aws.ec2.get_waiter(waiter).wait(InstanceIds=ids)
        return str(
            next(value for name, value in answer.items() if name.endswith("Instances"))[0]["CurrentState"]["Name"]
        )

    return probe


def group_nowhere(aws: Aws) -> str:
    options = {"GroupName": "g", "Description": "d", "VpcId": "vpc-0123456789abcdef0"}
    return outcome(aws.ec2.create_security_group, **options)


def tag_volume(aws: Aws) -> str:
    return outcome(aws.ec2.create_tags, Resources=["vol-0123456789abcdef0"], Tags=TAGS)


def modify_running(aws: Aws) -> str:
    ids = aws.launch()
    aws.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    return outcome(aws.ec2.modify_instance_attribute, InstanceId=ids[0], InstanceType={"Value": "t3.small"})


def protected(aws: Aws) -> str:
    return outcome(aws.ec2.terminate_instances, InstanceIds=aws.launch(DisableApiTermination=True))


def group_in_use(aws: Aws) -> str:
    group = aws.ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    aws.launch(SecurityGroupIds=[group])
    return outcome(aws.ec2.delete_security_group, GroupId=group)


def group_free_again(aws: Aws) -> str:
    group = aws.ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    ids = aws.launch(SecurityGroupIds=[group])
    aws.ec2.terminate_instances(InstanceIds=ids)
    aws.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
    return outcome(aws.ec2.delete_security_group, GroupId=group)


def host_bits(aws: Aws) -> str:
    ec2 = aws.ec2
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.5/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    return str(found[0]["IpRanges"][0]["CidrIp"])


def backward_ports(aws: Aws) -> str:
    ec2 = aws.ec2
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    return outcome(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])


def described(**options: Any) -> Any:
    return lambda aws: outcome(aws.ec2.describe_instances, **options)


def subnet_in_use(aws: Aws) -> str:
    subnet = aws.instance(aws.launch()[0])["SubnetId"]
    return outcome(aws.ec2.delete_subnet, SubnetId=subnet)


def interface_of_the_gone(aws: Aws) -> str:
    ids = aws.launch()
    aws.ec2.terminate_instances(InstanceIds=ids)
    aws.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
    return str(len(aws.ec2.describe_network_interfaces()["NetworkInterfaces"]))


def group_unasked(aws: Aws) -> str:
    return ",".join(group["GroupName"] for group in aws.instance(aws.launch()[0])["SecurityGroups"])


TAGS = [{"Key": "Name", "Value": "x"}]
ROWS = (
    Row(
        "ec2: start an instance that runs",
        already("start_instances", "instance_running"),
        "running",
        "pending",
        API + "API_StartInstances.html",
    ),
    Row(
        "ec2: stop an instance that has stopped",
        already("stop_instances", "instance_stopped"),
        "stopped",
        "stopping",
        API + "API_StopInstances.html",
    ),
    Row("ec2: security group in a VPC that is not there", group_nowhere, "InvalidVpcID.NotFound 400", "OK", ERRORS),
    Row(
        "ec2: tag a volume that is not there",
        tag_volume,
        "InvalidVolume.NotFound 400",
        "InvalidVolume.NotFound 400",
        ERRORS,
    ),
    Row("ec2: delete a subnet in use", subnet_in_use, "DependencyViolation 400", "OK", API + "API_DeleteSubnet.html"),
    Row("ec2: interfaces left by a terminated instance", interface_of_the_gone, "0", "1", GUIDE + "using-eni.html"),
    Row("ec2: group of a launch that names none", group_unasked, "default", "", API + "API_RunInstances.html"),
    Row(
        "ec2: states seen after a launch",
        state_after_launch,
        "pending running",
        "running running",
        GUIDE + "ec2-instance-lifecycle.html",
    ),
    Row(
        "ec2: public address in the answer to a launch",
        address_in_answer,
        "False",
        "True",
        GUIDE + "using-instance-addressing.html",
    ),
    Row(
        "ec2: public address once running",
        address_when_running,
        "True",
        "True",
        GUIDE + "using-instance-addressing.html",
    ),
    Row(
        "ec2: status checks seen once running",
        checks,
        "initializing ok",
        "ok ok",
        GUIDE + "monitoring-system-instance-status-check.html",
    ),
    Row(
        "ec2: start a terminated instance",
        from_state("start_instances", "terminated"),
        "IncorrectInstanceState 400",
        "OK",
        GUIDE + "ec2-instance-lifecycle.html",
    ),
    Row(
        "ec2: stop a terminated instance",
        from_state("stop_instances", "terminated"),
        "IncorrectInstanceState 400",
        "OK",
        GUIDE + "ec2-instance-lifecycle.html",
    ),
    Row(
        "ec2: start a stopping instance",
        from_state("start_instances", "stopping"),
        "IncorrectInstanceState 400",
        "OK",
        GUIDE + "ec2-instance-lifecycle.html",
    ),
    Row(
        "ec2: terminate a terminated instance",
        from_state("terminate_instances", "terminated"),
        "OK",
        "OK",
        API + "API_TerminateInstances.html",
    ),
    Row(
        "ec2: change the type of a running instance",
        modify_running,
        "IncorrectInstanceState 400",
        "OK",
        GUIDE + "change-instance-type-of-ebs-backed-instance.html",
    ),
    Row(
        "ec2: terminate what is protected",
        protected,
        "OperationNotPermitted 400",
        "OK",
        GUIDE + "Using_ChangingDisableAPITermination.html",
    ),
    Row(
        "ec2: describe an id that is not there",
        described(InstanceIds=[MISSING]),
        "InvalidInstanceID.NotFound 400",
        "InvalidInstanceID.NotFound 400",
        ERRORS,
    ),
    Row(
        "ec2: describe an id that is none",
        described(InstanceIds=["i-1"]),
        "InvalidInstanceID.Malformed 400",
        "InvalidInstanceID.NotFound 400",
        ERRORS,
    ),
    Row(
        "ec2: describe with an unknown filter",
        described(Filters=[{"Name": "no-such-filter", "Values": ["x"]}]),
        "InvalidParameterValue 400",
        "OK",
        ERRORS,
    ),
    Row(
        "ec2: describe with MaxResults=4",
        described(MaxResults=4),
        "InvalidParameterValue 400",
        "OK",
        API + "API_DescribeInstances.html",
    ),
    Row("ec2: describe with MaxResults=5", described(MaxResults=5), "OK", "OK", API + "API_DescribeInstances.html"),
    Row(
        "ec2: tag an instance that is not there",
        lambda aws: outcome(aws.ec2.create_tags, Resources=[MISSING], Tags=TAGS),
        "InvalidInstanceID.NotFound 400",
        "OK",
        ERRORS,
    ),
    Row(
        "ec2: delete a group in use",
        group_in_use,
        "DependencyViolation 400",
        "OK",
        API + "API_DeleteSecurityGroup.html",
    ),
    Row(
        "ec2: delete a group whose instance is gone", group_free_again, "OK", "OK", API + "API_DeleteSecurityGroup.html"
    ),
    Row(
        "ec2: range with host bits is kept as a network",
        host_bits,
        "10.0.0.0/8",
        "10.0.0.5/8",
        API + "API_IpRange.html",
    ),
    Row("ec2: ports 80 to 22", backward_ports, "InvalidParameterValue 400", "OK", API + "API_IpPermission.html"),
)
