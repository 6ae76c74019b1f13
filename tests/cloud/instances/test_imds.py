"""The instance metadata service, as a program on the instance sees it."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.utils import InstanceMetadataFetcher

import day89.cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TOKEN = "X-aws-ec2-metadata-token"


@pytest.fixture
def cloud(supervisor: Any) -> Iterator[Any]:
    with day89.cloud.local(instances=supervisor) as cloud:
        yield cloud


@pytest.fixture
def ask(cloud: Any) -> Callable[..., tuple[int, str]]:
    """Send one request to an instance's service and return status and body."""

    def ask(instance_id: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(cloud.instances.get(instance_id).metadata.endpoint, timeout=10)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    return ask


@pytest.fixture
def read(cloud: Any, ask: Callable[..., tuple[int, str]]) -> Callable[..., tuple[int, str]]:
    """Read a path below /latest/ with a session token."""

    def read(instance_id: str, path: str) -> tuple[int, str]:
        _, token = ask(instance_id, "/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
        return ask(instance_id, f"/latest/{path}", X_aws_ec2_metadata_token=token)

    return read


def make_profile(cloud: Any, name: str) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


@pytest.mark.parametrize(("tokens", "status"), [("required", 401), ("optional", 200)])
def test_version_1_is_refused_where_tokens_are_required(
    cloud: Any, launch_in: Any, ask: Any, tokens: str, status: int
) -> None:
    instance_id = launch_in(cloud, MetadataOptions={"HttpTokens": tokens})
    assert ask(instance_id, "/latest/meta-data/instance-id")[0] == status


def test_a_session_token_opens_the_service(cloud: Any, launch_in: Any, read: Any) -> None:
    instance_id = launch_in(cloud, MetadataOptions={"HttpTokens": "required"})
    assert read(instance_id, "meta-data/instance-id") == (200, instance_id)


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_made_up_token_is_refused(cloud: Any, launch_in: Any, ask: Any, token: str) -> None:
    instance_id = launch_in(cloud, MetadataOptions={"HttpTokens": "required"})
    assert ask(instance_id, "/latest/meta-data/", X_aws_ec2_metadata_token=token)[0] == 401


def test_a_token_of_one_instance_does_not_open_another(cloud: Any, launch_in: Any, ask: Any) -> None:
    one, other = launch_in(cloud), launch_in(cloud)
    _, token = ask(one, "/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
    assert ask(other, "/latest/meta-data/", X_aws_ec2_metadata_token=token)[0] == 401


@pytest.mark.parametrize("seconds", ["", "0", "21601", "soon"])
def test_a_token_needs_a_lifetime_of_six_hours_at_most(cloud: Any, launch_in: Any, ask: Any, seconds: str) -> None:
    instance_id = launch_in(cloud)
    answer = ask(instance_id, "/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds=seconds)
    assert answer[0] == 400


def test_a_service_that_is_switched_off_answers_nothing(cloud: Any, launch_in: Any, read: Any) -> None:
    instance_id = launch_in(cloud, MetadataOptions={"HttpEndpoint": "disabled"})
    assert read(instance_id, "meta-data/instance-id")[0] == 403


def test_options_may_change_while_the_instance_runs(cloud: Any, launch_in: Any, ask: Any) -> None:
    instance_id = launch_in(cloud, MetadataOptions={"HttpTokens": "optional"})
    cloud.client("ec2").modify_instance_metadata_options(InstanceId=instance_id, HttpTokens="required")
    assert ask(instance_id, "/latest/meta-data/instance-id")[0] == 401


def test_it_says_what_describe_instances_says(cloud: Any, launch_in: Any, read: Any) -> None:
    instance_id = launch_in(cloud, "#!/bin/sh\n:", region="eu-west-1")
    found = cloud.client("ec2", "eu-west-1").describe_instances(InstanceIds=[instance_id])
    facts = found["Reservations"][0]["Instances"][0]
    told = {
        "ami-id": facts["ImageId"],
        "instance-type": facts["InstanceType"],
        "local-ipv4": facts["PrivateIpAddress"],
        "public-ipv4": facts["PublicIpAddress"],
        "placement/region": "eu-west-1",
        "placement/availability-zone": facts["Placement"]["AvailabilityZone"],
        "hostname": facts["PrivateDnsName"],
    }
    assert {path: read(instance_id, f"meta-data/{path}")[1] for path in told} == told
    assert read(instance_id, "user-data") == (200, "#!/bin/sh\n:")
    document = json.loads(read(instance_id, "dynamic/instance-identity/document")[1])
    assert (document["instanceId"], document["region"]) == (instance_id, "eu-west-1")


def test_a_folder_lists_what_is_in_it(cloud: Any, launch_in: Any, read: Any) -> None:
    names = read(launch_in(cloud), "meta-data/")[1].splitlines()
    assert {"ami-id", "instance-id", "placement/"} <= set(names)
    assert "iam/" not in names


@pytest.mark.parametrize(
    "path", ["meta-data/nope", "user-data", "meta-data/spot/instance-action", "meta-data/iam/info"]
)
def test_what_is_not_there_is_404(cloud: Any, launch_in: Any, read: Any, path: str) -> None:
    assert read(launch_in(cloud), path)[0] == 404


def test_tags_are_shown_where_the_launch_allows_it(cloud: Any, launch_in: Any, read: Any) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "worker"}]}]
    shown = launch_in(cloud, TagSpecifications=tags, MetadataOptions={"InstanceMetadataTags": "enabled"})
    hidden = launch_in(cloud, TagSpecifications=tags)
    assert read(shown, "meta-data/tags/instance/Name") == (200, "worker")
    assert read(hidden, "meta-data/tags/instance/Name")[0] == 404


def test_the_role_of_the_profile_has_credentials(cloud: Any, launch_in: Any, read: Any) -> None:
    make_profile(cloud, "worker")
    instance_id = launch_in(cloud, IamInstanceProfile={"Name": "worker"})
    assert read(instance_id, "meta-data/iam/security-credentials/") == (200, "worker")
    status, text = read(instance_id, "meta-data/iam/security-credentials/worker")
    made = json.loads(text)
    assert (status, made["AccessKeyId"][:4], made["Code"]) == (200, "ASIA", "Success")
    assert read(instance_id, "meta-data/iam/security-credentials/worker")[1].count(made["AccessKeyId"]) == 1


def test_a_profile_may_come_after_the_launch(cloud: Any, launch_in: Any, read: Any) -> None:
    instance_id = launch_in(cloud)
    assert read(instance_id, "meta-data/iam/security-credentials/")[0] == 404
    make_profile(cloud, "late")
    profile = {"Name": "late"}
    cloud.client("ec2").associate_iam_instance_profile(InstanceId=instance_id, IamInstanceProfile=profile)
    assert read(instance_id, "meta-data/iam/security-credentials/") == (200, "late")


def test_botocore_finds_its_credentials_there(cloud: Any, launch_in: Any) -> None:
    make_profile(cloud, "worker")
    instance_id = launch_in(cloud, IamInstanceProfile={"Name": "worker"}, MetadataOptions={"HttpTokens": "required"})
    base = f"http://{cloud.instances.get(instance_id).metadata.endpoint}/"
    found = InstanceMetadataFetcher(base_url=base, env={}).retrieve_iam_role_credentials()
    assert (found["role_name"], found["access_key"][:4]) == ("worker", "ASIA")


def test_an_interruption_is_announced(cloud: Any, launch_in: Any, read: Any) -> None:
    instance_id = launch_in(cloud, InstanceMarketOptions={"MarketType": "spot"})
    assert read(instance_id, "meta-data/spot/instance-action")[0] == 404
    cloud.instances.interrupt(instance_id)
    status, text = read(instance_id, "meta-data/spot/instance-action")
    assert (status, json.loads(text)["action"]) == (200, "terminate")


def test_the_fixed_address_leads_to_the_service(cloud: Any, launch_in: Any) -> None:
    program = (
        "import urllib.request as u; print(u.urlopen('http://169.254.169.254/latest/meta-data/instance-id').read())"
    )
    script = f'#!/bin/bash\ncurl -s http://169.254.169.254/latest/meta-data/instance-id; echo; python3 -c "{program}"'
    instance_id = launch_in(cloud, script, MetadataOptions={"HttpTokens": "optional"})
    cloud.instances.wait_idle(30)
    assert cloud.instances.console(instance_id) == f"{instance_id}\nb'{instance_id}'\n"


def test_an_ended_cloud_answers_no_more(supervisor: Any, launch_in: Any) -> None:
    with day89.cloud.local(instances=supervisor) as cloud:
        endpoint = cloud.instances.get(launch_in(cloud)).metadata.endpoint
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://{endpoint}/latest/", timeout=5)
