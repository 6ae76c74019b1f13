"""Work with EC2: images and keys, network, instances, Spot, sizes, scaling, and what idles."""

from __future__ import annotations

from day89.ec2.idle import Idle, idle_instances, stop_idle_instances
from day89.ec2.images import create_key_pair, delete_key_pair, newest_image
from day89.ec2.instances import (
    Instance,
    console_output,
    describe_instance,
    describe_instances,
    list_instances,
    reboot_instances,
    set_instance_state,
    wait_ready,
)
from day89.ec2.launch import launch_instance
from day89.ec2.network import Network, create_security_group, create_vpc, delete_vpc
from day89.ec2.scaling import (
    Group,
    create_group,
    create_launch_template,
    delete_group,
    delete_launch_template,
    describe_group,
    scale_group,
)
from day89.ec2.sizing import Advice, available_types, right_size, smallest_type
from day89.ec2.spot import Launched, Notice, interruption_notice, launch_spot, spot_price

__all__ = [
    "Advice",
    "Group",
    "Idle",
    "Instance",
    "Launched",
    "Network",
    "Notice",
    "available_types",
    "console_output",
    "create_group",
    "create_key_pair",
    "create_launch_template",
    "create_security_group",
    "create_vpc",
    "delete_group",
    "delete_key_pair",
    "delete_launch_template",
    "delete_vpc",
    "describe_group",
    "describe_instance",
    "describe_instances",
    "idle_instances",
    "interruption_notice",
    "launch_instance",
    "launch_spot",
    "list_instances",
    "newest_image",
    "reboot_instances",
    "right_size",
    "scale_group",
    "set_instance_state",
    "smallest_type",
    "spot_price",
    "stop_idle_instances",
    "wait_ready",
]
