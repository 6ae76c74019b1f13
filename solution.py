"""Day 89: AWS S3 and EC2 in 20 tasks, with boto3.

Five exercises of four tasks. Every docstring below says all that its task asks for; nothing else
is checked. What holds for all of them:

- ``s3``, ``ec2`` and ``iam`` are boto3 clients. Use them; their region is ``s3.meta.region_name``.
- A key is any text: it may hold spaces, ``+``, ``%``, quotes and letters such as é. Lists may be
  longer than one page.
- A path is a ``str`` or any other ``os.PathLike``.
- What is not there is a ``LookupError`` with its name in the message. *Forbidden* (403) is not *not
  there*: that error, and every other one that AWS reports and a docstring does not name, reaches
  the caller as it is.
- A wrong argument is a ``ValueError``, raised before AWS is asked anything.
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import json
import math
import mimetypes
import os
import pathlib
import re
import shlex
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager

import boto3
import flask
import joblib
import pandas as pd
from botocore.exceptions import ClientError
from werkzeug.exceptions import HTTPException

# What instances get installed before they run this file.
PACKAGES = "boto3 pandas joblib scikit-learn flask waitress"


@contextmanager
def _lookup_error(what, *codes):
    """Turn AWS's own "not there" codes into LookupError, and let everything else pass: 403 above all."""
    try:
        yield
    except ClientError as error:
        # The code is the contract; the text of a message may change. HEAD answers have no body, hence the bare "404".
        if error.response["Error"]["Code"] not in codes:
            raise
        raise LookupError(f"{what} does not exist") from error


# ------------------------------------------------------------------------------------------------
# Exercise 1: S3 operations
# ------------------------------------------------------------------------------------------------


def upload_file(s3, path: str | os.PathLike, bucket: str, key: str, *, storage_class: str = "STANDARD") -> str:
    """Upload a local file to S3 and return its URI.

    The object is stored in ``storage_class``. Its Content-Type is the one that the extension of the
    *key* implies, such as ``text/csv`` for ``data/a.csv`` (see ``mimetypes``); where the extension
    implies none, leave S3's default or use ``application/octet-stream``.

    Args:
        s3: boto3 S3 client.
        path: the local file.
        bucket: name of the bucket, which exists already.
        key: key of the object; an object that has this key is replaced.
        storage_class: S3 storage class, such as ``"STANDARD"``, ``"STANDARD_IA"`` or
            ``"GLACIER_IR"``.

    Returns:
        ``s3://BUCKET/KEY``, with the key as it was given.

    Raises:
        FileNotFoundError: there is no local file at ``path``.
        LookupError: the bucket does not exist.
    """
    content_type, _ = mimetypes.guess_type(key)
    extra = {"StorageClass": storage_class, "ContentType": content_type or "application/octet-stream"}
    # upload_fileobj raises ClientError; upload_file would wrap it in S3UploadFailedError, which has no error code.
    with open(path, "rb") as file, _lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        s3.upload_fileobj(file, bucket, key, ExtraArgs=extra)
    return f"s3://{bucket}/{key}"


def download_file(s3, bucket: str, key: str, path: str | os.PathLike) -> pathlib.Path:
    """Download an object to a local file and return the file's path.

    Missing parent folders of ``path`` are created, and no file but the one at ``path``. A file that
    is there already is replaced, but only by a complete download: when the download fails, whatever
    was there is untouched, and no empty or partial file is left at ``path`` or beside it.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        key: key of the object.
        path: where the object's bytes go.

    Returns:
        ``path`` as a ``pathlib.Path``.

    Raises:
        LookupError: the bucket or the key does not exist.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lookup_error(f"s3://{bucket}/{key}", "404", "NoSuchKey", "NoSuchBucket"):
        # boto3 downloads to a temporary name beside the file and renames it when all is there.
        s3.download_file(bucket, key, str(path))
    return path


def list_keys(s3, bucket: str, prefix: str = "") -> list[str]:
    """List every key under a prefix.

    S3 answers with at most 1,000 keys a page: all pages count. A prefix is plain text, not a
    folder. In a bucket with versioning only current objects count.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        prefix: text that the keys start with; ``""`` means all keys.

    Returns:
        The keys, in the order in which S3 lists them; ``[]`` where there are none.

    Raises:
        LookupError: the bucket does not exist.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with _lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        # A page without objects has no "Contents" at all.
        return [item["Key"] for page in pages for item in page.get("Contents", [])]


def delete_prefix(s3, bucket: str, prefix: str) -> int:
    """Delete every object whose key starts with a prefix.

    Only current objects count: in a bucket with versioning, older versions stay. No delete request
    names more than 1,000 keys (AWS refuses that), and none is sent when there is nothing to delete
    (AWS refuses that too).

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        prefix: text that the keys start with; not empty.

    Returns:
        How many objects were deleted.

    Raises:
        ValueError: the prefix is empty, which would empty the bucket.
        LookupError: the bucket does not exist.
        RuntimeError: S3 answered that some keys were not deleted; the message names each of them.
            The others are gone.
    """
    if not prefix:
        raise ValueError("an empty prefix would delete every object in the bucket")
    keys = list_keys(s3, bucket, prefix)
    refused = []
    for start in range(0, len(keys), 1000):
        objects = [{"Key": key} for key in keys[start : start + 1000]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        # 200 is about the request: what became of each key stands in the body.
        refused += [f"{error['Key']} ({error['Code']})" for error in answer.get("Errors", [])]
    if refused:
        raise RuntimeError(f"not deleted from {bucket}: {', '.join(refused)}")
    return len(keys)


# ------------------------------------------------------------------------------------------------
# Exercise 2: bucket management
# ------------------------------------------------------------------------------------------------


def create_bucket(s3, bucket: str) -> None:
    """Create a bucket in the region of the client.

    It works in every region, ``us-east-1`` included. If the bucket is yours already, that is fine
    and nothing changes.

    Args:
        s3: boto3 S3 client; ``s3.meta.region_name`` is the region.
        bucket: name of the bucket.

    Raises:
        botocore.exceptions.ClientError: AWS refused, as it does (``BucketAlreadyExists``) when
            somebody else has a bucket of that name; the error reaches the caller as it is.
    """
    region = s3.meta.region_name
    # us-east-1 is the one region that must not be named.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise


def secure_bucket(s3, bucket: str) -> None:
    """Make a bucket safe by default.

    Afterwards versioning is enabled; default encryption is set (SSE-S3 or SSE-KMS); all four
    settings that block public access are on; and the bucket policy denies every request that does
    not use TLS (``aws:SecureTransport``), by anybody, any action, to the bucket and to its objects.
    Requests that use TLS are not affected, and each statement that the policy had before is still
    in it. Running it a second time changes nothing.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.

    Raises:
        LookupError: the bucket does not exist.
    """
    with _lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    # What is not named here would be switched off.
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(switches, True))

    policy = _bucket_policy(s3, bucket)
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if tls_only not in policy["Statement"]:
        policy["Statement"].append(tls_only)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _bucket_policy(s3, bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        # "None is set" comes as an error.
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    if isinstance(policy["Statement"], dict):  # one statement may stand without a list
        policy["Statement"] = [policy["Statement"]]
    return policy


def add_lifecycle_rule(
    s3, bucket: str, rule_id: str, prefix: str, *, archive_after_days: int, expire_after_days: int
) -> None:
    """Add a lifecycle rule to a bucket.

    The rule is enabled. Objects under ``prefix`` move to the storage class ``GLACIER`` after
    ``archive_after_days`` and expire after ``expire_after_days``; the parts of unfinished multipart
    uploads under it are removed after 7 days. Every other rule of the bucket stays as it is; a rule
    with the same id is replaced.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        rule_id: id of the rule.
        prefix: text that the keys start with; ``""`` means the whole bucket.
        archive_after_days: age in days; positive.
        expire_after_days: age in days; greater than ``archive_after_days``.

    Raises:
        ValueError: the days are not positive, or the object would expire before or when it is
            archived.
        LookupError: the bucket does not exist.
    """
    if not 0 < archive_after_days < expire_after_days:
        raise ValueError(
            f"need 0 < archive_after_days < expire_after_days, got {archive_after_days}, {expire_after_days}"
        )
    rule = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    rules = []
    with _lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        try:
            rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
                raise
    # The put replaces the whole configuration, so the other rules have to be sent again.
    rules = [other for other in rules if other["ID"] != rule_id]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, rule]})


def delete_bucket(s3, bucket: str) -> int:
    """Delete a bucket and everything in it: every version of every object, every delete marker.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket, which may hold more versions than one page.

    Returns:
        How many versions and delete markers there were. In a bucket that never had versioning each
        object is one version.

    Raises:
        LookupError: the bucket does not exist.
    """
    count = 0
    with _lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
            objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            if objects:  # an empty list is refused; a page never holds more than the 1,000 that are allowed
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            count += len(objects)
        s3.delete_bucket(Bucket=bucket)
    return count


# ------------------------------------------------------------------------------------------------
# Exercise 3: EC2 management
# ------------------------------------------------------------------------------------------------


def create_security_group(ec2, vpc_id: str, name: str, *, admin_cidr: str, app_port: int = 5000) -> str:
    """Create a security group for an application server.

    It lets in TCP port 22 from ``admin_cidr`` only, TCP port ``app_port`` from anywhere on IPv4,
    and no other IPv4 traffic. Its outgoing rules stay as AWS makes them. Run again with the same
    arguments, it returns the same group with the same rules.

    Args:
        ec2: boto3 EC2 client.
        vpc_id: id of the VPC that the group belongs to; groups of that name in other VPCs are other
            groups.
        name: name of the group; its description may be anything.
        admin_cidr: IPv4 network that may use SSH, such as ``"203.0.113.0/24"``.
        app_port: TCP port of the application.

    Returns:
        The id of the group.

    Raises:
        ValueError: ``admin_cidr`` means everyone (``0.0.0.0/0``, however it is written), or cannot
            be read as an IPv4 network.
    """
    admin = ipaddress.IPv4Network(admin_cidr)
    if admin.prefixlen == 0:
        raise ValueError(f"{admin_cidr} would open SSH to everyone")
    try:
        group_id = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidGroup.Duplicate":
            raise
        filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
        group_id = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    for port, cidr in ((22, str(admin)), (app_port, "0.0.0.0/0")):
        _allow_tcp(ec2, group_id, port, cidr)
    return group_id


def _allow_tcp(ec2, group_id, port, cidr):
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
    try:
        # One rule a call: a rule that is there already would make AWS refuse all the others with it.
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
            raise


def launch_instance(
    ec2,
    name: str,
    *,
    image_id: str,
    security_group_id: str,
    instance_type: str = "t3.micro",
    user_data: str = "",
    instance_profile: str | None = None,
) -> str:
    """Launch exactly one instance and return its id once it is running.

    The launch request itself carries the tag ``Name=name`` (a second request could fail and leave
    an instance without a name), requires IMDSv2, and asks that the instance terminates, not stops,
    when it shuts itself down.

    Args:
        ec2: boto3 EC2 client.
        name: value of the tag ``Name``.
        image_id: id of the machine image.
        security_group_id: id of the security group.
        instance_type: instance type.
        user_data: script for the first boot, as plain text: plain text is what the instance gets.
        instance_profile: *name* of an instance profile to attach; None attaches none.

    Returns:
        The id of the instance, whose state is ``running``.
    """
    profile = {"IamInstanceProfile": {"Name": instance_profile}} if instance_profile else {}
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,  # boto3 does the base64; doing it here too would give the instance nonsense
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        **profile,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    try:
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    except BaseException:  # also Ctrl-C: nobody else knows the id yet, so nobody else could end it
        ec2.terminate_instances(InstanceIds=[instance_id])
        raise
    return instance_id


def list_instances(ec2, *, state: str | None = None) -> dict[str, str]:
    """List the instances of the region with their states.

    A launch of several instances is one *reservation* with several instances; there may be many
    reservations, and more than one page of them. Instances that were terminated a short while ago
    are still listed by AWS, and so they are here.

    Args:
        ec2: boto3 EC2 client.
        state: only instances in this state, such as ``"running"``; None means all.

    Returns:
        Instance id to state name; ``{}`` where there are none.
    """
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return {
        instance["InstanceId"]: instance["State"]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }


def set_instance_state(ec2, instance_ids: list[str], state: str) -> dict[str, str]:
    """Bring instances to a state, and wait until they are there.

    Args:
        ec2: boto3 EC2 client.
        instance_ids: ids of the instances; with none of them AWS is not called at all.
        state: ``"running"``, ``"stopped"`` or ``"terminated"``.

    Returns:
        Instance id to state name, after the wait; ``{}`` for no ids.

    Raises:
        ValueError: another state was asked for.
        LookupError: an id is unknown; its text is in the message, and no instance has been changed.
    """
    changes = {
        "running": (ec2.start_instances, "instance_running"),
        "stopped": (ec2.stop_instances, "instance_stopped"),
        "terminated": (ec2.terminate_instances, "instance_terminated"),
    }
    if state not in changes:
        raise ValueError(f"state must be one of {', '.join(changes)}, got {state!r}")
    if not instance_ids:
        return {}
    change, waiter = changes[state]
    # AWS checks all the ids before it changes anything.
    with _lookup_error(
        f"one of {', '.join(instance_ids)}", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"
    ):
        change(InstanceIds=instance_ids)
    ec2.get_waiter(waiter).wait(InstanceIds=instance_ids)
    return dict.fromkeys(instance_ids, state)


# ------------------------------------------------------------------------------------------------
# Exercise 4: the data pipeline
# ------------------------------------------------------------------------------------------------


def process_data(df: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that have no missing value, in order, renumbered. (Given; leave it as it is.)"""
    return df.dropna().reset_index(drop=True)


def run_job(s3, bucket: str, input_key: str, output_key: str) -> int:
    """Process one CSV file from S3 to S3: this is what a worker runs.

    Read the CSV at ``input_key`` (UTF-8 with a header line; compressed with gzip where the key ends
    in ``.gz``), apply ``process_data``, and write the result to ``output_key`` as plain,
    uncompressed UTF-8 CSV with the header line and without an index column. Values come out exactly
    as they went in: every column is read as text, so that ``007``, ``1.10`` and ``NA`` stay what
    they are, and only an empty field is a missing value.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        input_key: key of the CSV.
        output_key: key of the result.

    Returns:
        The number of rows written, without the header.

    Raises:
        LookupError: the bucket or the input does not exist.
        Exception: whatever else goes wrong, such as an input that is not UTF-8, or a gzip file that
            breaks off; any error will do. Where anything fails, nothing is written at
            ``output_key``, and what was there before is still there.
    """
    with _lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        # Read it once, whole: the body is a network stream and cannot be rewound.
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    df = pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,  # or "NA" would be a missing value
        na_values=[""],
        compression="gzip" if input_key.endswith(".gz") else None,
    )
    result = process_data(df)
    # One put, at the very end: S3 shows the whole object or none.
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode(), ContentType="text/csv")
    return len(result)


def create_worker_role(iam, name: str, bucket: str) -> str:
    """Create the role that a worker instance wears, and the instance profile that holds it.

    EC2, and nobody else, may assume the role. It allows reading objects (``s3:GetObject``) under
    ``input/`` and ``code/`` of the bucket, writing objects (``s3:PutObject``) under ``output/`` of
    it, and nothing else. The instance profile has the same name and holds that role. Run a second
    time, also after a run that broke off half-way, it gives the same result.

    Args:
        iam: boto3 IAM client.
        name: name of the role and of the instance profile.
        bucket: name of the bucket.

    Returns:
        The name of the instance profile.
    """
    trust = _policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    objects = f"arn:aws:s3:::{bucket}"
    permissions = _policy(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{objects}/input/*", f"{objects}/code/*"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{objects}/output/*"},
    )
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=permissions)
    try:
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    except iam.exceptions.EntityAlreadyExistsException:
        profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    if not profile["Roles"]:  # a profile holds one role at the most
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    return name


def _policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def worker_user_data(bucket: str, code_key: str, input_key: str, output_key: str) -> str:
    """Write the user data of a worker: the bash script that an instance runs at its first boot.

    It fetches the code at ``code_key`` (this file, see ``main`` below), runs its command ``run-job
    BUCKET INPUT_KEY OUTPUT_KEY`` with ``python3``, and shuts the instance down when that is done,
    and also when any step fails. What the steps print goes to the instance's console. It works with
    every key, also with one that holds spaces, quotes or ``$``, holds no credentials (the instance
    has a role for that), and is at most 16 KiB long, which is what AWS allows.

    Args:
        bucket: name of the bucket.
        code_key: key of the Python file.
        input_key: key of the CSV to process.
        output_key: key of the result.

    Returns:
        The script; its first two characters are ``#!``.
    """
    code = shlex.quote(f"s3://{bucket}/{code_key}")
    arguments = shlex.join([bucket, input_key, output_key])
    return f"""#!/bin/bash
set -euxo pipefail
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
dnf install -y python3-pip
python3 -m pip install {PACKAGES}
aws s3 cp {code} exercise.py
python3 exercise.py run-job {arguments}
"""


def run_on_ec2(
    s3,
    ec2,
    csv_path: str | os.PathLike,
    bucket: str,
    results_path: str | os.PathLike,
    *,
    image_id: str,
    security_group_id: str,
    instance_profile: str,
    timeout: float = 300,
) -> pathlib.Path:
    """Process a local CSV on an instance that lives only for this.

    Upload the CSV under ``input/`` and this very file (``__file__``) under ``code/``, launch one
    worker with the user data of ``worker_user_data``, wait for its output under ``output/``,
    download that to ``results_path``. Two calls at the same time do not get in each other's way.

    Whatever happens (a launch that fails half-way, a job that fails, an interrupt such as Ctrl-C),
    when it returns or raises every instance of this call has been terminated; stopped is not
    enough.

    Args:
        s3: boto3 S3 client.
        ec2: boto3 EC2 client.
        csv_path: the local CSV; compressed with gzip where its name ends in ``.gz``.
        bucket: name of the bucket.
        results_path: where the result goes.
        image_id: id of the machine image.
        security_group_id: id of the security group.
        instance_profile: name of the instance profile that lets the worker read and write the
            bucket.
        timeout: how long to wait for the output, in seconds.

    Returns:
        ``results_path`` as a ``pathlib.Path``.

    Raises:
        FileNotFoundError: there is no local file at ``csv_path``; no instance has been launched.
        LookupError: the bucket does not exist.
        RuntimeError: the worker ended without output; the message holds the tail of its console
            output.
        TimeoutError: there was no output within ``timeout`` seconds.
    """
    run = uuid.uuid4().hex
    input_key = f"input/{run}/{pathlib.Path(csv_path).name}"  # keeps .gz
    code_key, output_key = f"code/{run}/exercise.py", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, input_key)
    upload_file(s3, __file__, bucket, code_key)
    name, instance_id = f"worker-{run}", None
    try:
        instance_id = launch_instance(
            ec2,
            name,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=worker_user_data(bucket, code_key, input_key, output_key),
            instance_profile=instance_profile,
        )
        _wait_for_output(s3, ec2, bucket, output_key, instance_id, timeout)
        return download_file(s3, bucket, output_key, results_path)
    finally:  # it bills until it is gone
        _terminate(ec2, instance_id, name)


def _terminate(ec2, instance_id, name):
    """Terminate by id, or by the name that only this call uses: a launch that breaks off half-way never says the id."""
    ids = [instance_id]
    if instance_id is None:
        pages = ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "tag:Name", "Values": [name]}])
        ids = [one["InstanceId"] for page in pages for launch in page["Reservations"] for one in launch["Instances"]]
    set_instance_state(ec2, ids, "terminated")


def _wait_for_output(s3, ec2, bucket, output_key, instance_id, timeout):
    deadline = time.monotonic() + timeout
    while True:
        # First the state, then the output: a worker may write its output and end between two looks.
        ended = list_instances(ec2)[instance_id] not in ("pending", "running")
        if list_keys(s3, bucket, output_key):
            return
        if ended:
            console = ec2.get_console_output(InstanceId=instance_id).get("Output", "")
            raise RuntimeError(f"worker {instance_id} ended without output:\n{console[-2000:]}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"worker {instance_id} had written no output after {timeout} seconds")
        time.sleep(0.5)


# ------------------------------------------------------------------------------------------------
# Exercise 5: ML deployment
# ------------------------------------------------------------------------------------------------


def train_model(df: pd.DataFrame):
    """Fit a scaler and a logistic regression that predict the last column from the others.

    (Given; leave it as it is.)
    """
    # Imported here because it takes a second, and only training needs it.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, labels = df.iloc[:, :-1].to_numpy(dtype=float), df.iloc[:, -1].to_numpy()
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, labels)


def save_model(s3, model, bucket: str, name: str) -> int:
    """Store a model in S3 as a new version.

    The model is written with ``joblib`` to the key ``models/NAME/vN/model.joblib``, where N is one
    above the highest version that is there (as a number: after v9 comes v10), or 1. The object's
    user metadata holds ``sha256``: the SHA-256 of the stored bytes as hexadecimal text. A version
    that exists is never overwritten, also when another saver, in whatever program, writes it between
    your look and your write: the one that comes second takes the next number.

    Args:
        s3: boto3 S3 client.
        model: any model that joblib can write.
        bucket: name of the bucket.
        name: name of the model: a part of the key, and so any text.

    Returns:
        The version number N.

    Raises:
        LookupError: the bucket does not exist.
    """
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"models/{name}/v{version}/model.joblib",
                Body=data,
                Metadata={"sha256": hashlib.sha256(data).hexdigest()},
                IfNoneMatch="*",  # S3 itself refuses to overwrite; a look beforehand could be too old
            )
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise


def _versions(s3, bucket, name):
    prefix = f"models/{name}/v"
    names = (key.removeprefix(prefix) for key in list_keys(s3, bucket, prefix))
    return [int(match[1]) for match in (re.fullmatch(r"(\d+)/model\.joblib", name) for name in names) if match]


def load_model(s3, bucket: str, name: str, version: int | None = None):
    """Load a model that ``save_model`` has stored.

    To unpickle is to run code, so the bytes are compared with the ``sha256`` of the object's user
    metadata *before* they are unpickled.

    Args:
        s3: boto3 S3 client.
        bucket: name of the bucket.
        name: name of the model.
        version: version number; None means the newest (as a number: v10 is newer than v9).

    Returns:
        The model.

    Raises:
        LookupError: the bucket, the model or that version of it does not exist.
        ValueError: the bytes do not match the checksum, or there is none; nothing has been
            unpickled.
    """
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in bucket {bucket}")
    key = f"models/{name}/v{version}/model.joblib"
    with _lookup_error(f"s3://{bucket}/{key}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError(f"s3://{bucket}/{key} does not match its sha256")
    return joblib.load(io.BytesIO(data))  # joblib needs to seek, which the body of an answer cannot


def create_app(model) -> flask.Flask:
    """Make the web application that serves a model.

    ``GET /health`` answers 200 with ``{"status": "ok"}``.

    ``POST /predict`` takes a JSON object ``{"features": ROW}`` or ``{"features": [ROW, ...]}``,
    where a ROW is a list of ``model.n_features_in_`` numbers, and answers 200 with ``{"prediction":
    [...]}``: one plain JSON value for each row, in order. ``model.predict`` is called once a
    request, with all its rows.

    Whatever else a client posts to ``/predict`` is its own mistake and answered with 400 and
    ``{"error": "..."}`` in JSON that says what is wrong: no JSON or broken JSON, no object, no
    features, an empty list, rows of a wrong or different width, values that are not numbers
    (``true`` and ``"1"`` are not), NaN, infinite, or too large for the model to take. Never a 500,
    never a stack trace. Debug mode is off.

    Args:
        model: fitted scikit-learn model with ``predict`` and ``n_features_in_``.

    Returns:
        The Flask application.
    """
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
            return {"prediction": model.predict(rows).tolist()}  # tolist: numpy values are not JSON
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    @app.errorhandler(HTTPException)
    def refused(error):
        return {"error": error.description}, error.code

    return app


def _rows(body, width):
    if not isinstance(body, dict) or "features" not in body:
        raise ValueError('send a JSON object such as {"features": [1.0, 2.0]}')
    features = body["features"]
    if not isinstance(features, list) or not features:
        raise ValueError("features must be a list of numbers, or a list of such lists, and not empty")
    rows = features if isinstance(features[0], list) else [features]
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise ValueError(f"each row must be a list of {width} numbers")
        # bool is an int to Python, and JSON as Python reads it knows NaN and Infinity.
        if not all(type(value) in (int, float) and math.isfinite(value) for value in row):
            raise ValueError("each value must be a finite number")
    return rows


def deploy_model(
    s3,
    ec2,
    bucket: str,
    name: str,
    version: int,
    *,
    image_id: str,
    security_group_id: str,
    instance_profile: str,
    port: int = 5000,
    timeout: float = 300,
) -> str:
    """Deploy a version of a model on an instance of its own, and return its URL once it is healthy.

    Put this very file (``__file__``) under ``code/`` of the bucket, launch an instance whose user
    data fetches it and serves that version of the model on ``port``, with its command ``serve
    BUCKET NAME VERSION PORT`` (see ``main`` below) or a production WSGI server, and wait until
    ``GET /health`` answers 200. The user data holds no credentials. Other deployments, also of the
    same model, are left alone.

    Args:
        s3: boto3 S3 client.
        ec2: boto3 EC2 client.
        bucket: name of the bucket that holds the model.
        name: name of the model: a part of the key, and so any text.
        version: version number of the model.
        image_id: id of the machine image.
        security_group_id: id of the security group.
        instance_profile: name of the instance profile that lets the instance read the bucket.
        port: TCP port to serve on.
        timeout: how long to wait for the instance to be healthy, in seconds.

    Returns:
        ``http://HOST:PORT``, where HOST is the instance's public address, or its private one where
        it has no other.

    Raises:
        LookupError: the bucket does not exist.
        TimeoutError: it was not healthy in time. Whenever this function raises, the instance has
            been terminated.
    """
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code = shlex.quote(f"s3://{bucket}/{code_key}")
    user_data = f"""#!/bin/bash
set -euxo pipefail
cd "$(mktemp -d)"
dnf install -y python3-pip
python3 -m pip install {PACKAGES}
aws s3 cp {code} exercise.py
exec python3 exercise.py serve {shlex.join([bucket, name, str(version), str(port)])}
"""
    instance_name, instance_id = f"model-{name}-v{version}-{uuid.uuid4().hex}", None
    try:
        instance_id = launch_instance(
            ec2,
            instance_name,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, instance_name)
        raise


def _wait_until_healthy(ec2, instance_id, port, timeout):
    # Asked again after the wait: the answer to the launch does not have the address yet.
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    url = f"http://{instance.get('PublicIpAddress') or instance['PrivateIpAddress']}:{port}"
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:  # "running" means that the power is on, not that anything answers
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return url
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"{url}/health did not answer within {timeout} seconds")


# ------------------------------------------------------------------------------------------------
# The command line that instances use. (Given; leave it as it is.)
# ------------------------------------------------------------------------------------------------


def serve(bucket: str, name: str, version: str, port: str) -> None:
    """Serve a model on all addresses of this machine, until stopped. (Given; leave it as it is.)"""
    app = create_app(load_model(boto3.client("s3"), bucket, name, int(version)))
    try:
        import waitress  # a production server; `app.run` is for development
    except ImportError:
        app.run(host="0.0.0.0", port=int(port))
    else:
        waitress.serve(app, host="0.0.0.0", port=int(port))


def main(arguments: list[str]) -> None:
    """Run ``run-job BUCKET INPUT_KEY OUTPUT_KEY`` or ``serve BUCKET NAME VERSION PORT``.

    (Given; leave it as it is.)
    """
    if arguments[:1] == ["run-job"] and len(arguments) == 4:
        print(run_job(boto3.client("s3"), *arguments[1:]), "rows")
    elif arguments[:1] == ["serve"] and len(arguments) == 5:
        serve(*arguments[1:])
    else:
        raise SystemExit("usage: run-job BUCKET INPUT_KEY OUTPUT_KEY | serve BUCKET NAME VERSION PORT")


if __name__ == "__main__":
    main(sys.argv[1:])
