"""Instances can be chosen by the code of their state, as by its name."""

from __future__ import annotations

from day89 import cloud as local_cloud


def test_filter_by_state_code() -> None:
    with local_cloud.local() as cloud:
        ec2 = cloud.client("ec2")
        image = ec2.describe_images()["Images"][0]["ImageId"]
        answer = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=2, MaxCount=2)
        first, second = (instance["InstanceId"] for instance in answer["Instances"])
        ec2.stop_instances(InstanceIds=[first])
        ec2.describe_instances()
        filters = [{"Name": "instance-state-code", "Values": ["16"]}]
        reservations = ec2.describe_instances(Filters=filters)["Reservations"]
        assert [one["InstanceId"] for each in reservations for one in each["Instances"]] == [second]
