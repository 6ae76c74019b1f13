"""Rows of the ledger: IAM, STS, Auto Scaling, CloudWatch."""

from __future__ import annotations

import json
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

IAM = DOCS + "IAM/latest/APIReference/"
ALARM = DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
QUOTAS = DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html"
GOOD = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def _trust(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(statement: dict[str, Any]) -> Any:
    return lambda aws: outcome(aws.client("iam").create_role, RoleName="r", AssumeRolePolicyDocument=_trust(statement))


def _profile(aws: Aws) -> Any:
    iam = aws.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=_trust(GOOD))
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    return iam


def delete_held_role(aws: Aws) -> str:
    return outcome(_profile(aws).delete_role, RoleName="r")


def delete_full_profile(aws: Aws) -> str:
    return outcome(_profile(aws).delete_instance_profile, InstanceProfileName="p")


def second_role(aws: Aws) -> str:
    iam = _profile(aws)
    iam.create_role(RoleName="r2", AssumeRolePolicyDocument=_trust(GOOD))
    return outcome(iam.add_role_to_instance_profile, InstanceProfileName="p", RoleName="r2")


def take_out_absent_role(aws: Aws) -> str:
    iam = _profile(aws)
    iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r")
    return outcome(iam.remove_role_from_instance_profile, InstanceProfileName="p", RoleName="r")


def delete_role_with_policy(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=_trust(GOOD))
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)
    return outcome(iam.delete_role, RoleName="r")


def bad_policy(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=_trust(GOOD))
    return outcome(iam.put_role_policy, RoleName="r", PolicyName="p", PolicyDocument='{"Statement": 1}')


def group(least: int, most: int, wanted: int) -> Any:
    def probe(aws: Aws) -> str:
        data = {"ImageId": aws.image(), "InstanceType": "t3.micro"}
        aws.ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
        options = {"MinSize": least, "MaxSize": most, "DesiredCapacity": wanted}
        template = {"LaunchTemplate": {"LaunchTemplateName": "template"}, "AvailabilityZones": ["us-east-1a"]}
        return outcome(
            aws.client("autoscaling").create_auto_scaling_group, AutoScalingGroupName="g", **options, **template
        )

    return probe


def named_role(name: str) -> Any:
    return lambda aws: outcome(aws.client("iam").create_role, RoleName=name, AssumeRolePolicyDocument=_trust(GOOD))


def policy_with_principal(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=_trust(GOOD))
    document = _trust({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})
    return outcome(iam.put_role_policy, RoleName="r", PolicyName="p", PolicyDocument=document)


def caller(aws: Aws) -> str:
    return str(aws.client("sts").get_caller_identity()["Arn"])


def untrusting_role(aws: Aws) -> str:
    arn = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=_trust(GOOD))["Role"]["Arn"]
    return outcome(aws.client("sts").assume_role, RoleArn=arn, RoleSessionName="session")


def no_group(aws: Aws) -> str:
    return outcome(aws.client("autoscaling").set_desired_capacity, AutoScalingGroupName="nope", DesiredCapacity=1)


def alarm(**options: Any) -> Any:
    given = {"AlarmName": "a", "Namespace": "N", "MetricName": "m", "EvaluationPeriods": 1, "Threshold": 1.0}
    usual = {"Statistic": "Average", "Period": 60, "ComparisonOperator": "GreaterThanThreshold"}
    return lambda aws: outcome(aws.client("cloudwatch").put_metric_alarm, **{**given, **usual, **options})


def alarm_state(aws: Aws) -> str:
    watch = aws.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="a",
        Namespace="AWS/EC2",
        MetricName="MemoryUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    return str(watch.describe_alarms(AlarmNames=["a"])["MetricAlarms"][0]["StateValue"])


def own_namespace(aws: Aws) -> str:
    data = [{"MetricName": "m", "Value": 1.0}]
    return outcome(aws.client("cloudwatch").put_metric_data, Namespace="AWS/EC2", MetricData=data)


def missing_role(aws: Aws) -> str:
    arn = "arn:aws:iam::123456789012:role/nope"
    return outcome(aws.client("sts").assume_role, RoleArn=arn, RoleSessionName="session")


ROWS = (
    Row("iam: role that EC2 may wear", role(GOOD), "OK", "OK", IAM + "API_CreateRole.html"),
    Row(
        "iam: trust without a principal",
        role({"Effect": "Allow", "Action": "sts:AssumeRole"}),
        "MalformedPolicyDocument 400",
        "OK",
        IAM + "API_CreateRole.html",
    ),
    Row(
        "iam: trust with a resource",
        role({**GOOD, "Resource": "*"}),
        "MalformedPolicyDocument 400",
        "OK",
        IAM + "API_CreateRole.html",
    ),
    Row(
        "iam: trust for a service that is none",
        role({**GOOD, "Principal": {"Service": "ec2"}}),
        "MalformedPolicyDocument 400",
        "OK",
        IAM + "API_CreateRole.html",
    ),
    Row(
        "iam: trust with an action of S3",
        role({**GOOD, "Action": "s3:GetObject"}),
        "MalformedPolicyDocument 400",
        "OK",
        IAM + "API_CreateRole.html",
    ),
    Row(
        "iam: policy that is none",
        bad_policy,
        "MalformedPolicyDocument 400",
        "MalformedPolicyDocument 400",
        IAM + "API_PutRolePolicy.html",
    ),
    Row(
        "iam: delete a role that a profile holds",
        delete_held_role,
        "DeleteConflict 409",
        "DeleteConflict 409",
        IAM + "API_DeleteRole.html",
    ),
    Row(
        "iam: delete a role with a policy",
        delete_role_with_policy,
        "DeleteConflict 409",
        "DeleteConflict 409",
        IAM + "API_DeleteRole.html",
    ),
    Row(
        "iam: delete a profile with a role",
        delete_full_profile,
        "DeleteConflict 409",
        "DeleteConflict 409",
        IAM + "API_DeleteInstanceProfile.html",
    ),
    Row(
        "iam: second role in a profile",
        second_role,
        "LimitExceeded 409",
        "LimitExceeded 409",
        DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Row(
        "iam: take a role out of a profile that does not hold it",
        take_out_absent_role,
        "NoSuchEntity 404",
        "ValueError",
        IAM + "API_RemoveRoleFromInstanceProfile.html",
    ),
    Row("iam: role name of 64 letters", named_role("r" * 64), "OK", "OK", QUOTAS),
    Row("iam: role name of 65 letters", named_role("r" * 65), "ValidationError 400", "OK", QUOTAS),
    Row("iam: role name with a blank", named_role("my role"), "ValidationError 400", "OK", QUOTAS),
    Row(
        "iam: policy of a role with a principal",
        policy_with_principal,
        "MalformedPolicyDocument 400",
        "OK",
        DOCS + "IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
    Row(
        "sts: who the account's own key is",
        caller,
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:user/moto",
        DOCS + "STS/latest/APIReference/API_GetCallerIdentity.html",
    ),
    Row(
        "sts: assume a role that trusts EC2 only",
        untrusting_role,
        "AccessDenied 403",
        "OK",
        DOCS + "STS/latest/APIReference/API_AssumeRole.html",
    ),
    Row(
        "sts: assume a role that is not there",
        missing_role,
        "AccessDenied 403",
        "OK",
        DOCS + "STS/latest/APIReference/API_AssumeRole.html",
    ),
    Row(
        "autoscaling: min 1, desired 2, max 3",
        group(1, 3, 2),
        "OK",
        "OK",
        DOCS + "autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
    ),
    Row(
        "autoscaling: min above max",
        group(3, 1, 2),
        "ValidationError 400",
        "OK",
        DOCS + "autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
    ),
    Row(
        "autoscaling: desired above max",
        group(1, 2, 3),
        "ValidationError 400",
        "OK",
        DOCS + "autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
    ),
    Row(
        "autoscaling: desired below min",
        group(2, 3, 1),
        "ValidationError 400",
        "OK",
        DOCS + "autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
    ),
    Row(
        "autoscaling: capacity of a group that is not there",
        no_group,
        "ValidationError 400",
        "KeyError",
        DOCS + "autoscaling/ec2/APIReference/API_SetDesiredCapacity.html",
    ),
    Row("cloudwatch: alarm, Period 120", alarm(Period=120), "OK", "OK", ALARM),
    Row("cloudwatch: alarm, Period 45", alarm(Period=45), "ValidationError 400", "OK", ALARM),
    Row("cloudwatch: alarm, Statistic Mean", alarm(Statistic="Mean"), "ValidationError 400", "OK", ALARM),
    Row("cloudwatch: alarm, operator >", alarm(ComparisonOperator=">"), "ValidationError 400", "OK", ALARM),
    Row(
        "cloudwatch: state of a new alarm",
        alarm_state,
        "INSUFFICIENT_DATA",
        "OK",
        DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    ),
    Row(
        "cloudwatch: data in AWS's own namespace",
        own_namespace,
        "InvalidParameterValue 400",
        "OK",
        DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricData.html",
    ),
)
