"""Rows of the ledger: EC2, launches."""

from __future__ import annotations

import base64
import json
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AWSEC2/latest/APIReference/"
GUIDE = DOCS + "AWSEC2/latest/UserGuide/"
ERRORS = API + "errors-overview.html"
MISSING = "i-0123456789abcdef0"


def run(**options: Any) -> Any:
    def probe(aws: Aws) -> str:
        given = {"ImageId": aws.image(), "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", **options}
        return outcome(aws.ec2.run_instances, **{k: v for k, v in given.items() if v is not None})

    return probe


def imdsv2_of_image(aws: Aws) -> str:
    options = aws.instance(aws.launch()[0])["MetadataOptions"]
    return f"{options['HttpTokens']} {options['HttpPutResponseHopLimit']}"


def counted(aws: Aws) -> str:
    return str(len(aws.launch(MinCount=1, MaxCount=3)))


def same_token(aws: Aws) -> str:
    return str(len({aws.launch(ClientToken="once")[0] for _ in range(2)}))


def other_token(aws: Aws) -> str:
    aws.launch(ClientToken="once")
    return run(ClientToken="once", InstanceType="t3.small")(aws)


def group_id_as_name(aws: Aws) -> str:
    group = aws.ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    return run(SecurityGroups=[group])(aws)


def ssm_image(aws: Aws) -> str:
    name = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    instance = aws.instance(aws.launch(ImageId=name)[0])
    return "the image" if instance["ImageId"] == aws.image() else instance["ImageId"]


def private_only(aws: Aws) -> str:
    for subnet in aws.ec2.describe_subnets()["Subnets"]:
        aws.ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": False})
    return "public" if aws.instance(aws.launch()[0]).get("PublicIpAddress") else "private only"


def image_elsewhere(aws: Aws) -> str:
    return run(ImageId=aws.image("eu-west-1"))(aws)


def template_options(aws: Aws) -> str:
    data = {
        "ImageId": aws.image(),
        "InstanceType": "t3.micro",
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 3},
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
    }
    aws.ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    given = {"MinCount": 1, "MaxCount": 1, "LaunchTemplate": {"LaunchTemplateName": "template"}}
    instance = aws.ec2.run_instances(**given)["Instances"][0]
    options = aws.instance(instance["InstanceId"])["MetadataOptions"]
    return f"{options['HttpTokens']} {options['HttpPutResponseHopLimit']}"


def template_text(aws: Aws) -> str:
    data = {"ImageId": aws.image(), "UserData": "#!/bin/sh\n"}
    return outcome(aws.ec2.create_launch_template, LaunchTemplateName="template", LaunchTemplateData=data)


def spot_request(aws: Aws) -> str:
    instance = aws.instance(aws.launch(InstanceMarketOptions={"MarketType": "spot"})[0])
    return f"{instance.get('InstanceLifecycle')} {'SpotInstanceRequestId' in instance}"


def empty_profile(aws: Aws) -> str:
    aws.client("iam").create_instance_profile(InstanceProfileName="empty")
    return run(IamInstanceProfile={"Name": "empty"})(aws)


def profile_of_all(aws: Aws) -> str:
    iam = aws.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    ids = aws.launch(MinCount=2, MaxCount=2, IamInstanceProfile={"Name": "p"})
    return str(sum("IamInstanceProfile" in aws.instance(one) for one in ids))


TAGS = [{"Key": "Name", "Value": "x"}]
ROWS = (
    Row(
        "ec2: metadata options that the image wants",
        imdsv2_of_image,
        "required 2",
        "optional 1",
        GUIDE + "configuring-IMDS-new-instances.html",
    ),
    Row("ec2: MinCount=1, MaxCount=3", counted, "3", "1", API + "API_RunInstances.html"),
    Row(
        "ec2: MinCount=2, MaxCount=1",
        run(MinCount=2, MaxCount=1),
        "InvalidParameterValue 400",
        "OK",
        API + "API_RunInstances.html",
    ),
    Row(
        "ec2: MinCount=0", run(MinCount=0, MaxCount=1), "InvalidParameterValue 400", "OK", API + "API_RunInstances.html"
    ),
    Row("ec2: image that is not there", run(ImageId="ami-12345678"), "InvalidAMIID.NotFound 400", "OK", ERRORS),
    Row("ec2: image of another region", image_elsewhere, "InvalidAMIID.NotFound 400", "OK", ERRORS),
    Row("ec2: image id that is none", run(ImageId="amazon-linux"), "InvalidAMIID.Malformed 400", "OK", ERRORS),
    Row("ec2: no image", run(ImageId=None), "MissingParameter 400", "OK", ERRORS),
    Row(
        "ec2: image by resolve:ssm:",
        ssm_image,
        "the image",
        "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        GUIDE + "using-systems-manager-parameter-to-find-AMI.html",
    ),
    Row("ec2: instance type t2.mirco", run(InstanceType="t2.mirco"), "InvalidParameterValue 400", "OK", ERRORS),
    Row("ec2: key pair that is not there", run(KeyName="my-key.pem"), "InvalidKeyPair.NotFound 400", "OK", ERRORS),
    Row(
        "ec2: security group that is not there",
        run(SecurityGroupIds=["sg-0123456789abcdef0"]),
        "InvalidGroup.NotFound 400",
        "InvalidGroup.NotFound 400",
        ERRORS,
    ),
    Row(
        "ec2: security group name that is not there",
        run(SecurityGroups=["nope"]),
        "InvalidGroup.NotFound 400",
        "AttributeError",
        ERRORS,
    ),
    Row("ec2: security group id as a name", group_id_as_name, "InvalidGroup.NotFound 400", "OK", ERRORS),
    Row(
        "ec2: subnet that is not there",
        run(SubnetId="subnet-0123456789abcdef0"),
        "InvalidSubnetID.NotFound 400",
        "InvalidSubnetID.NotFound 400",
        ERRORS,
    ),
    Row(
        "ec2: profile that is not there",
        run(IamInstanceProfile={"Name": "nope"}),
        "InvalidParameterValue 400",
        "NoSuchEntity 404",
        DOCS + "IAM/latest/UserGuide/troubleshoot_iam-ec2.html",
    ),
    Row(
        "ec2: profile without a role",
        empty_profile,
        "InvalidParameterValue 400",
        "OK",
        DOCS + "IAM/latest/UserGuide/troubleshoot_iam-ec2.html",
    ),
    Row("ec2: profile on each of two instances", profile_of_all, "2", "1", API + "API_RunInstances.html"),
    Row(
        "ec2: user data of 16,384 bytes",
        run(UserData="#" * 16384),
        "OK",
        "OK",
        GUIDE + "instancedata-add-user-data.html",
    ),
    Row(
        "ec2: user data of 16,385 bytes",
        run(UserData="#" * 16385),
        "InvalidParameterValue 400",
        "OK",
        GUIDE + "instancedata-add-user-data.html",
    ),
    Row(
        "ec2: tags for ResourceType instances",
        run(TagSpecifications=[{"ResourceType": "instances", "Tags": TAGS}]),
        "InvalidParameterValue 400",
        "OK",
        API + "API_TagSpecification.html",
    ),
    Row(
        "ec2: MarketType Spot",
        run(InstanceMarketOptions={"MarketType": "Spot"}),
        "InvalidParameterValue 400",
        "OK",
        API + "API_InstanceMarketOptionsRequest.html",
    ),
    Row("ec2: spot instance names its request", spot_request, "spot True", "spot False", API + "API_Instance.html"),
    Row(
        "ec2: 500 instances at once",
        run(MinCount=500, MaxCount=500),
        "VcpuLimitExceeded 400",
        "OK",
        GUIDE + "ec2-on-demand-instances-limits.html",
    ),
    Row(
        "ec2: addresses of a launch that names no network, where default subnets give no public ones",
        private_only,
        "private only",
        "public",
        DOCS + "vpc/latest/userguide/subnet-public-ip.html",
    ),
    Row("ec2: DryRun", run(DryRun=True), "DryRunOperation 412", "DryRunOperation 412", API + "API_RunInstances.html"),
    Row(
        "ec2: instances of the same client token twice",
        same_token,
        "1",
        "2",
        DOCS + "ec2/latest/devguide/ec2-api-idempotency.html",
    ),
    Row(
        "ec2: client token with other parameters",
        other_token,
        "IdempotentParameterMismatch 400",
        "OK",
        DOCS + "ec2/latest/devguide/ec2-api-idempotency.html",
    ),
    Row(
        "ec2: metadata options of a launch template",
        template_options,
        "required 3",
        "optional 1",
        API + "API_RequestLaunchTemplateData.html",
    ),
    Row(
        "ec2: plain text as user data of a template",
        template_text,
        "InvalidUserData.Malformed 400",
        "InvalidUserData.Malformed 400",
        API + "API_RequestLaunchTemplateData.html",
    ),
)
