"""Rows of the ledger: ids, filters, networks, groups, volumes, keys and launch templates that EC2 refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AWSEC2/latest/APIReference/API_"
ERRORS = DOCS + "AWSEC2/latest/APIReference/errors-overview.html"
REST = "0123456789abcdef0"
NONSENSE = [{"Name": "nonsense", "Values": ["x"]}]
TEMPLATE = {"InstanceType": "t3.micro"}
Probe = Callable[[Aws], str]


def call(operation: str, **options: Any) -> Probe:
    return lambda aws: outcome(getattr(aws.ec2, operation), **options)


def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def in_vpc(operation: str, **options: Any) -> Probe:
    return lambda aws: outcome(getattr(aws.ec2, operation), VpcId=vpc(aws.ec2), **options)


def allow(*permissions: dict[str, Any]) -> Probe:
    def probe(aws: Aws) -> str:
        group = aws.ec2.create_security_group(GroupName="probe", Description="probe")["GroupId"]
        given = {"IpPermissions": list(permissions)} if permissions else {}
        return outcome(aws.ec2.authorize_security_group_ingress, GroupId=group, **given)

    return probe


def attach(change: str) -> Probe:
    def probe(aws: Aws) -> str:
        ec2, [first, second] = aws.ec2, aws.launch(MinCount=2, MaxCount=2)
        ec2.get_waiter("instance_running").wait(InstanceIds=[first, second])
        zone = aws.instance(first)["Placement"]["AvailabilityZone"]
        elsewhere = "us-east-1b" if zone != "us-east-1b" else "us-east-1c"
        places = (elsewhere if change == "zone" else zone, zone)
        volumes = [ec2.create_volume(AvailabilityZone=place, Size=1)["VolumeId"] for place in places]
        ec2.get_waiter("volume_available").wait(VolumeIds=volumes)
        one = {"VolumeId": volumes[0], "InstanceId": first, "Device": "/dev/sdf"}
        if change == "in use":
            ec2.attach_volume(**one)
            return outcome(ec2.attach_volume, **{**one, "InstanceId": second})
        if change == "device":
            ec2.attach_volume(**{**one, "VolumeId": volumes[1]})
        return outcome(ec2.detach_volume if change == "detached" else ec2.attach_volume, **one)

    return probe


def second_gateway(aws: Aws) -> str:
    network = vpc(aws.ec2)
    made = [aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2)]
    aws.ec2.attach_internet_gateway(VpcId=network, InternetGatewayId=made[0])
    return outcome(aws.ec2.attach_internet_gateway, VpcId=network, InternetGatewayId=made[1])


def main_table(aws: Aws) -> str:
    filters = [{"Name": "vpc-id", "Values": [vpc(aws.ec2)]}, {"Name": "association.main", "Values": ["true"]}]
    [table] = aws.ec2.describe_route_tables(Filters=filters)["RouteTables"]
    return outcome(aws.ec2.delete_route_table, RouteTableId=table["RouteTableId"])


def launch_of(**template: str) -> Probe:
    def probe(aws: Aws) -> str:
        data = {**TEMPLATE, "ImageId": aws.image()}
        aws.ec2.create_launch_template(LaunchTemplateName="probe", LaunchTemplateData=data)
        return outcome(aws.ec2.run_instances, MinCount=1, MaxCount=1, LaunchTemplate=template)

    return probe


def of_instance(operation: str, **options: Any) -> Probe:
    return lambda aws: outcome(getattr(aws.ec2, operation), InstanceId=aws.launch()[0], **options)


PROBES: tuple[tuple[str, Probe, str, str, str], ...] = (
    # what, probe, AWS, plain moto, source
    (
        "groups by an id that is none",
        call("describe_security_groups", GroupIds=["foo"]),
        "InvalidGroupId.Malformed 400",
        "InvalidGroup.NotFound 400",
        ERRORS,
    ),
    (
        "volumes by an id that is none",
        call("describe_volumes", VolumeIds=["foo"]),
        "InvalidParameterValue 400",
        "InvalidVolume.NotFound 400",
        ERRORS,
    ),
    (
        "snapshots by an id that is none",
        call("describe_snapshots", SnapshotIds=["foo"]),
        "InvalidParameterValue 400",
        "InvalidSnapshot.NotFound 400",
        ERRORS,
    ),
    (
        "templates by an id that nothing has",
        call("describe_launch_templates", LaunchTemplateIds=[f"lt-{REST}"]),
        "InvalidLaunchTemplateId.NotFound 400",
        "OK",
        ERRORS,
    ),
    (
        "NAT gateways by an id that nothing has",
        call("describe_nat_gateways", NatGatewayIds=[f"nat-{REST}"]),
        "NatGatewayNotFound 400",
        "OK",
        ERRORS,
    ),
    (
        "delete a NAT gateway that is not there",
        call("delete_nat_gateway", NatGatewayId=f"nat-{REST}"),
        "NatGatewayNotFound 400",
        "AttributeError",
        ERRORS,
    ),
    (
        "network ACLs by an id that nothing has",
        call("describe_network_acls", NetworkAclIds=[f"acl-{REST}"]),
        "InvalidNetworkAclID.NotFound 400",
        "InvalidRouteTableID.NotFound 400",
        ERRORS,
    ),
    (
        "peerings by an id that nothing has",
        call("describe_vpc_peering_connections", VpcPeeringConnectionIds=[f"pcx-{REST}"]),
        "InvalidVpcPeeringConnectionID.NotFound 400",
        "OK",
        ERRORS,
    ),
    (
        "a zone that is not there",
        call("describe_availability_zones", ZoneNames=["us-east-1z"]),
        "InvalidParameterValue 400",
        "OK",
        API + "DescribeAvailabilityZones.html",
    ),
    (
        "VPCs by a filter that is none",
        call("describe_vpcs", Filters=NONSENSE),
        "InvalidParameterValue 400",
        "FilterNotImplementedError",
        API + "DescribeVpcs.html",
    ),
    (
        "volumes by a filter that is none",
        call("describe_volumes", Filters=NONSENSE),
        "InvalidParameterValue 400",
        "OK",
        API + "DescribeVolumes.html",
    ),
    (
        "addresses by a filter that is none",
        call("describe_addresses", Filters=NONSENSE),
        "InvalidParameterValue 400",
        "OK",
        API + "DescribeAddresses.html",
    ),
    (
        "tags by a filter that is none",
        call("describe_tags", Filters=NONSENSE),
        "InvalidParameterValue 400",
        "OK",
        API + "DescribeTags.html",
    ),
    (
        "VPCs by a filter in camel case",
        call("describe_vpcs", Filters=[{"Name": "isDefault", "Values": ["true"]}]),
        "OK",
        "OK",
        API + "DescribeVpcs.html",
    ),
    (
        "a subnet under /28",
        in_vpc("create_subnet", CidrBlock="10.0.2.0/29"),
        "InvalidSubnet.Range 400",
        "OK",
        API + "CreateSubnet.html",
    ),
    (
        "a group named default",
        call("create_security_group", GroupName="default", Description="probe"),
        "InvalidParameterValue 400",
        "InvalidGroup.Duplicate 400",
        API + "CreateSecurityGroup.html",
    ),
    (
        "a rule for a protocol that is none",
        allow({"IpProtocol": "foo", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}),
        "InvalidParameterValue 400",
        "OK",
        API + "IpPermission.html",
    ),
    ("no rule at all", allow(), "MissingParameter 400", "OK", API + "AuthorizeSecurityGroupIngress.html"),
    (
        "a second internet gateway",
        second_gateway,
        "InvalidParameterValue 400",
        "OK",
        API + "AttachInternetGateway.html",
    ),
    ("delete the main route table", main_table, "DependencyViolation 400", "OK", API + "DeleteRouteTable.html"),
    (
        "a volume in a zone that is not there",
        call("create_volume", AvailabilityZone="us-east-1z", Size=1),
        "InvalidZone.NotFound 400",
        "OK",
        ERRORS,
    ),
    (
        "a gp3 volume of 100 IOPS",
        call("create_volume", AvailabilityZone="us-east-1a", Size=10, VolumeType="gp3", Iops=100),
        "InvalidParameterValue 400",
        "OK",
        API + "CreateVolume.html",
    ),
    ("attach a volume that is in use", attach("in use"), "VolumeInUse 400", "OK", ERRORS),
    ("attach a volume of another zone", attach("zone"), "InvalidVolume.ZoneMismatch 400", "OK", ERRORS),
    ("attach where something is", attach("device"), "InvalidParameterValue 400", "OK", API + "AttachVolume.html"),
    ("detach what is not attached", attach("detached"), "IncorrectState 400", "InvalidAttachment.NotFound 400", ERRORS),
    (
        "a key pair of a type that is none",
        call("create_key_pair", KeyName="probe", KeyType="dsa"),
        "InvalidParameterValue 400",
        "OK",
        API + "CreateKeyPair.html",
    ),
    (
        "import a key that is none",
        call("import_key_pair", KeyName="probe", PublicKeyMaterial=b"foo"),
        "InvalidKey.Format 400",
        "InvalidKeyPair.Format 400",
        ERRORS,
    ),
    (
        "delete a template that is not there",
        call("delete_launch_template", LaunchTemplateName="nothing"),
        "InvalidLaunchTemplateName.NotFoundException 400",
        "MissingParameter 400",
        ERRORS,
    ),
    (
        "launch from a template that is not there",
        launch_of(LaunchTemplateName="nothing"),
        "InvalidLaunchTemplateName.NotFoundException 400",
        "InvalidLaunchTemplateName.NotFoundException 400",
        ERRORS,
    ),
    (
        "launch from a version that is not there",
        launch_of(LaunchTemplateName="probe", Version="9"),
        "InvalidLaunchTemplateId.VersionNotFound 400",
        "InvalidLaunchTemplateId.VersionNotFound 400",
        ERRORS,
    ),
    (
        "launch from version 0",
        launch_of(LaunchTemplateName="probe", Version="0"),
        "InvalidLaunchTemplateId.VersionNotFound 400",
        "OK",
        ERRORS,
    ),
    (
        "modify nothing of an instance",
        of_instance("modify_instance_attribute"),
        "InvalidParameterCombination 400",
        "OK",
        API + "ModifyInstanceAttribute.html",
    ),
)
ROWS = tuple(Row(f"ec2: {name}", probe, aws, moto, source) for name, probe, aws, moto, source in PROBES)
