"""Day 89: AWS S3 and EC2 in 20 tasks, with boto3.

Five exercises of four tasks. A docstring says all that its task asks for, in two parts: *Core* on
plain names (3 points), *Mastery* as AWS needs it (2 points). What holds for all of them:

- ``s3``, ``ec2`` and ``iam`` are boto3 clients. Use them; their region is ``s3.meta.region_name``.
- Mastery uses any key, any name (spaces, ``+``, ``%``, quotes, é), and any region.
- A path is a ``str`` or any other ``os.PathLike``.
- What is not there is a ``LookupError`` with its name in the message; ``lookup_error`` helps.
- A wrong argument is a ``ValueError``, raised before AWS is asked anything.
- *Forbidden* (403) is not *not there*. It, and every error of AWS's that no docstring names,
  reaches the caller as it is.
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
from importlib.metadata import version as version_of

import boto3
import flask
import joblib
import pandas as pd
from botocore.exceptions import ClientError
from werkzeug.exceptions import HTTPException

# What instances get installed before they run this file: a model loads with the scikit-learn that saved it, for which
# the python3 of Amazon Linux (3.9) is too old.
PYTHON = f"python3.{sys.version_info.minor}"
PACKAGES = f"boto3 pandas joblib scikit-learn=={version_of('scikit-learn')} flask waitress"


@contextmanager
def lookup_error(what: str, *codes: str):
    """Turn a ClientError that has one of these codes into ``LookupError(what)``; let every other error pass.

    (Given; use it or not.) ``with lookup_error(f"bucket {bucket}", "NoSuchBucket"): s3.list_objects_v2(Bucket=bucket)``
    """
    try:
        yield
    except ClientError as error:
        # The code is the contract; the text of a message may change.
        if error.response["Error"]["Code"] not in codes:
            raise
        raise LookupError(f"{what} does not exist") from error


# ------------------------------------------------------------------------------------------------
# Exercise 1: S3 operations
# ------------------------------------------------------------------------------------------------


def upload_file(s3, path: str | os.PathLike, bucket: str, key: str, *, storage_class: str = "STANDARD") -> str:
    """Upload a local file and return ``s3://BUCKET/KEY``.

    Core:
    - The object holds the file's bytes, in the storage class that is asked for.
    - Its Content-Type is the one that the key's extension implies, such as ``text/csv`` for
      ``data/a.csv`` (see ``mimetypes``).
    - No file at ``path``: ``FileNotFoundError``.

    Mastery:
    - Any key, any path, large files; an object that has the key already is replaced.
    - An extension that implies nothing: S3's default, or ``application/octet-stream``.
    - No such bucket: ``LookupError``. Forbidden (403) stays AWS's own error.
    """
    # A sibling problem, on bytes instead of a file:
    #     s3.put_object(
    #         Bucket="notes", Key="monday.txt", Body=b"buy fish", ContentType="text/plain", StorageClass="STANDARD_IA"
    #     )
    # An answer takes about 5 lines.
    raise NotImplementedError("Task 1.1")


def download_file(s3, bucket: str, key: str, path: str | os.PathLike) -> pathlib.Path:
    """Download an object to ``path`` and return that as a ``pathlib.Path``.

    Core:
    - Missing parent folders are created, and no file but this one; an old one is replaced.
    - No such bucket or key: ``LookupError``.

    Mastery:
    - A download that fails leaves the old file whole, and no empty, partial or temporary one.
    - Any key, any path; a bare file name has no folder.
    - Forbidden (403) stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 1.2")
    path = pathlib.Path(path)
    ...  # GAP: make the folders that are missing
    with lookup_error(f"s3://{bucket}/{key}", ...):  # GAP: which codes say "not there"? The first request is a HEAD
        # boto3 downloads to a temporary name beside the file and renames it when all is there.
        s3.download_file(bucket, key, str(path))
    return path


def list_keys(s3, bucket: str, prefix: str = "") -> list[str]:
    """List the keys that start with a prefix, in S3's order.

    A prefix is plain text, not a folder; ``""`` means every key.

    Core:
    - All pages count: S3 answers with at most 1,000 keys a page.
    - No keys: ``[]``. No such bucket: ``LookupError``.

    Mastery:
    - Keys come as they are, with spaces, signs, and folder markers such as ``a/``.
    - With versioning, only current objects count.
    - Forbidden (403) stays AWS's own error, also on a later page.
    """
    # An answer takes about 3 lines.
    raise NotImplementedError("Task 1.3")


def delete_prefix(s3, bucket: str, prefix: str) -> int:
    """Delete the objects whose keys start with a prefix; return how many.

    Core:
    - Nothing to delete: 0, and no delete request is sent (AWS refuses an empty one).
    - An empty prefix: ``ValueError``, as it would empty the bucket.
    - No such bucket: ``LookupError``.

    Mastery:
    - All pages, any key; a delete request names at most 1,000 keys.
    - Keys that S3, with 200, reports as not deleted: ``RuntimeError`` that names each of them; the
      others are gone.
    - With versioning, only current objects count, and older versions stay.
    - Forbidden (403) stays AWS's own error.
    """
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 1.4")


# ------------------------------------------------------------------------------------------------
# Exercise 2: bucket management
# ------------------------------------------------------------------------------------------------


def create_bucket(s3, bucket: str) -> None:
    """Create a bucket in the region of the client, ``s3.meta.region_name``.

    Core:
    - It works in every region, ``us-east-1`` included.
    - A bucket that is yours already (``BucketAlreadyOwnedByYou``) is fine: nothing changes.

    Mastery:
    - Somebody else's (``BucketAlreadyExists``), or forbidden (403): AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 2.1")
    region = s3.meta.region_name
    where = ...  # GAP: a dict: {} where no region must be named, else CreateBucketConfiguration
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if ...:  # GAP: every code but the one that says that the bucket is yours already
            raise


def secure_bucket(s3, bucket: str) -> None:
    """Make a bucket safe by default.

    Core, for a new bucket:
    - Versioning is enabled, default encryption is set (SSE-S3 or SSE-KMS), and all four settings
      that block public access are on.
    - The bucket policy denies requests without TLS (``aws:SecureTransport``): by anybody, any
      action, to the bucket and to its objects. Requests with TLS fare as before.

    Mastery, for one that has settings already:
    - Its policy keeps every statement. What was switched off is on. A second run changes nothing.
    - No such bucket: ``LookupError``. Forbidden (403), at any step, stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 2.2")
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        ...  # GAP: enable versioning
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    # What is not named here would be switched off.
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    ...  # GAP: switch all four on

    policy = _bucket_policy(s3, bucket)
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        # GAP: "Resource": the ARNs of the bucket and of its objects
        # GAP: "Condition": the request does not use TLS
    }
    if tls_only not in policy["Statement"]:
        ...  # GAP: add it, and put the whole policy: the put replaces what was there


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

    Core:
    - The rule is enabled. Objects under ``prefix`` move to the class ``GLACIER`` after
      ``archive_after_days`` and expire after ``expire_after_days``; parts of unfinished multipart
      uploads under it are removed after 7 days.
    - ``ValueError`` unless 0 < ``archive_after_days`` < ``expire_after_days``.

    Mastery:
    - Every other rule stays as it is; one with the same id is replaced.
    - The prefix ``""`` means the whole bucket.
    - No such bucket: ``LookupError``. Forbidden (403) stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 2.3")
    if ...:  # GAP: which days are wrong?
        raise ValueError(
            f"need 0 < archive_after_days < expire_after_days, got {archive_after_days}, {expire_after_days}"
        )
    rule = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        # GAP: "Transitions", "Expiration", "AbortIncompleteMultipartUpload"
    }
    rules = []
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        try:
            rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
                raise
    # The put replaces the whole configuration, so the other rules have to be sent again.
    rules = ...  # GAP: those that stay: not one of the same id
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, rule]})


def delete_bucket(s3, bucket: str) -> int:
    """Delete a bucket with all that is in it.

    Return how many versions and delete markers there were; an object in a bucket that never had
    versioning is one version.

    Core:
    - Every version of every object goes, every delete marker, and the bucket.
    - No such bucket: ``LookupError``.

    Mastery:
    - All pages; a delete request names at most 1,000 versions.
    - What S3, with 200, reports as not deleted is an error; forbidden (403) stays AWS's own.
    """
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 2.4")


# ------------------------------------------------------------------------------------------------
# Exercise 3: EC2 management
# ------------------------------------------------------------------------------------------------


def create_security_group(ec2, vpc_id: str, name: str, *, admin_cidr: str, app_port: int = 5000) -> str:
    """Create a security group in a VPC and return its id.

    Core:
    - It lets in TCP 22 from ``admin_cidr`` (IPv4) only, TCP ``app_port`` from anywhere on IPv4, and
      no other IPv4 traffic. Its description may be anything.
    - The ``admin_cidr`` ``0.0.0.0/0`` means everyone: ``ValueError``.

    Mastery:
    - Run again with the same arguments: the same id, the same rules. A group of that name in
      another VPC is another group.
    - No IPv4 network, or everyone in another spelling: ``ValueError``.
    - Outgoing rules stay as AWS makes them. Forbidden (403) stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 3.1")
    admin = ipaddress.IPv4Network(admin_cidr)
    if ...:  # GAP: who means everyone?
        raise ValueError(f"{admin_cidr} would open SSH to everyone")
    try:
        group_id = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidGroup.Duplicate":
            raise
        filters = ...  # GAP: the group of this name, in this VPC
        group_id = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    for port, cidr in ...:  # GAP: two pairs: which port for whom?
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
    """Launch exactly one instance and return its id once it is ``running``.

    Args:
        user_data: script for the first boot, in plain text; the instance gets that text.
        instance_profile: *name* of an instance profile to attach; None attaches none.

    Core:
    - It has the image, type, security group and user data that are given, and the tag ``Name``.
    - IMDSv2 is required. An instance that shuts itself down terminates, and does not stop.

    Mastery:
    - The launch request itself says all this, and the profile: a second one could fail.
    - Any user data and name; the profile is attached.
    - An instance that ends before it ever runs is an error; forbidden (403) stays AWS's own.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 3.2")
    profile = {"IamInstanceProfile": {"Name": instance_profile}} if instance_profile else {}
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,  # boto3 does the base64; doing it here too would give the instance nonsense
        TagSpecifications=[{"ResourceType": "instance", "Tags": ...}],  # GAP: a list: the tag Name
        # GAP: MetadataOptions: IMDSv2 only
        # GAP: InstanceInitiatedShutdownBehavior: a shutdown from within terminates
        **profile,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    try:
        ...  # GAP: wait until it is running
    except BaseException:  # also Ctrl-C: nobody else knows the id yet, so nobody else could end it
        ec2.terminate_instances(InstanceIds=[instance_id])
        raise
    return instance_id


def list_instances(ec2, *, state: str | None = None) -> dict[str, str]:
    """List the instances of the region: id to state name.

    Core:
    - One launch is one *reservation*, which may hold several instances: all count, on all pages.
    - ``state``, where given, chooses those in that state, such as ``"running"``.
    - Terminated ones are listed for a while, and count. No instances: ``{}``.

    Mastery:
    - A choice by ``state`` has pages, too, and states that pass, such as ``"stopping"``.
    - Forbidden (403) stays AWS's own error.
    """
    # An answer takes about 8 lines.
    raise NotImplementedError("Task 3.3")


def set_instance_state(ec2, instance_ids: list[str], state: str) -> dict[str, str]:
    """Bring instances to a state, wait until they are there, and return id to state.

    Core:
    - ``state`` is ``"running"``, ``"stopped"`` or ``"terminated"``; another one: ``ValueError``.
    - These instances change, and no others; one that is in the state already is fine.
    - No ids: ``{}``, and AWS is not called.

    Mastery:
    - An unknown id: ``LookupError`` with the id in its message, and no instance is changed.
    - What AWS refuses (a terminated instance does not start; 403) stays AWS's own error.
    """
    # An answer takes about 15 lines.
    raise NotImplementedError("Task 3.4")


# ------------------------------------------------------------------------------------------------
# Exercise 4: the data pipeline
# ------------------------------------------------------------------------------------------------


def process_data(df: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that have no missing value, in order, renumbered. (Given; leave it as it is.)"""
    return df.dropna().reset_index(drop=True)


def run_job(s3, bucket: str, input_key: str, output_key: str) -> int:
    """Process one CSV from S3 to S3, as a worker does; return the number of rows written.

    Read the CSV at ``input_key`` (UTF-8, with a header line), apply ``process_data``, and write the
    result to ``output_key`` as UTF-8 CSV with the header and without an index column. The header is
    no row.

    Core:
    - Values come out exactly as they went in: read as text, ``007`` and ``1.10`` stay.
    - No such bucket or input: ``LookupError``.

    Mastery:
    - An input whose key ends in ``.gz`` is compressed with gzip; the output never is.
    - Only an empty field is missing: ``NA`` and ``null`` are words. Quoted commas, quotes, line
      breaks and é survive. The header is written as it was read, also above no rows.
    - A row with more fields than the header, bytes that are not UTF-8, half a gzip file: any error.
    - Where anything fails, ``output_key`` is as it was. Forbidden (403) stays AWS's own error.
    """
    # An answer takes about 15 lines.
    raise NotImplementedError("Task 4.1")


def create_worker_role(iam, name: str, bucket: str) -> str:
    """Create a worker's role and the instance profile that holds it, both ``name``; return that.

    Core:
    - EC2, and nobody else, may assume the role.
    - It allows ``s3:GetObject`` under ``input/`` and ``code/`` of the bucket, and ``s3:PutObject``
      under ``output/``.

    Mastery:
    - It allows nothing else.
    - A second run, also after one that broke off half-way, gives the same result.
    - Forbidden (403) stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 4.2")
    trust = _policy({"Effect": "Allow", "Principal": ..., "Action": "sts:AssumeRole"})  # GAP: who may assume it?
    objects = f"arn:aws:s3:::{bucket}"
    permissions = _policy(
        # GAP: two statements, each with Effect, Action and Resource: what it reads, what it writes
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
        ...  # GAP: put the role into it
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    return name


def _policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def worker_user_data(bucket: str, code_key: str, input_key: str, output_key: str) -> str:
    """Return a worker's user data: the bash script that its instance runs at the first boot.

    Core:
    - It begins with ``#!`` and is at most 16 KiB long, as AWS demands.
    - It fetches the code at ``code_key`` (this file, see ``main`` below), runs its command
      ``run-job BUCKET INPUT_KEY OUTPUT_KEY`` with Python, and shuts the instance down.

    Mastery:
    - It shuts down when a step fails, too.
    - Any key: spaces, quotes, ``$``.
    - What the steps print, errors too, goes to the instance's console.
    - It holds no credentials: the instance has a role.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 4.3")
    code = ...  # GAP: s3://BUCKET/KEY as one word of bash, whatever the key holds
    arguments = ...  # GAP: three words of bash
    return f"""#!/bin/bash
set -euxo pipefail
# GAP: shut down, whatever happens from here on
cd "$(mktemp -d)"
dnf install -y {PYTHON} {PYTHON}-pip
{PYTHON} -m pip install {PACKAGES}
aws s3 cp {code} exercise.py
{PYTHON} exercise.py run-job {arguments}
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

    Put the CSV (gzip where its name ends in ``.gz``) under ``input/`` and this very file
    (``__file__``) under ``code/``, launch one worker with ``worker_user_data``, wait for its output
    under ``output/``, download it, and return ``results_path`` as a ``pathlib.Path``.

    Core:
    - When it returns the worker is terminated; stopped is not enough.
    - No local file: ``FileNotFoundError``. No such bucket: ``LookupError``. Nothing is launched then.

    Mastery:
    - Whatever happens (a launch that fails half-way, a job that fails, Ctrl-C), no instance of this
      call is left, and those of others are left alone. Calls at the same time use other keys.
    - No output within ``timeout`` seconds: ``TimeoutError``. A worker that ends without output:
      ``RuntimeError`` with the tail of its console; what it wrote just before its end counts.
    - Forbidden (403) stays AWS's own error.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 4.4")
    run = uuid.uuid4().hex
    input_key = f"input/{run}/{pathlib.Path(csv_path).name}"  # keeps .gz
    code_key, output_key = f"code/{run}/exercise.py", f"output/{run}.csv"
    ...  # GAP: two uploads: the CSV, and this very file
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
    finally:
        ...  # GAP: it bills until it is gone: _terminate


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
            ...  # GAP: RuntimeError, with the tail of the console in its message
        if ...:  # GAP: too late?
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
    """Store a model as a new version N, and return N.

    Core:
    - What ``joblib`` writes stands at ``models/NAME/vN/model.joblib``. N is one above the highest
      number that is there (after v9 comes v10), or 1.
    - The object's user metadata holds ``sha256``: of these bytes, in hexadecimal.

    Mastery:
    - No version is ever overwritten: where another saver writes N between your look and your write,
      take the next number.
    - All pages; any name, also one that holds ``/v43/``.
    - No such bucket: ``LookupError``. Forbidden (403) stays AWS's own error.
    """
    # An answer takes about 15 lines.
    raise NotImplementedError("Task 5.1")


def load_model(s3, bucket: str, name: str, version: int | None = None):
    """Load and return a model that ``save_model`` has stored.

    Core:
    - ``version`` is loaded; None means the newest by number: v10 is newer than v9.
    - Bytes that do not match the ``sha256`` of the metadata, or have none: ``ValueError``.

    Mastery:
    - Nothing is unpickled before it was compared: to unpickle is to run code.
    - No such bucket, model or version: ``LookupError``.
    - All pages; any name, also one that holds ``/v43/``. Forbidden (403) stays AWS's own error.
    """
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 5.2")


def create_app(model) -> flask.Flask:
    """Make the web application that serves a fitted scikit-learn model.

    Core:
    - ``GET /health``: 200 and ``{"status": "ok"}``.
    - ``POST /predict`` of ``{"features": ROW}`` or ``{"features": [ROW, ...]}``, a ROW being a list
      of ``model.n_features_in_`` numbers: 200 and ``{"prediction": [...]}``, one plain JSON value a
      row, in order.
    - Broken JSON, no features, an empty list, a row too short or too long: 400 and
      ``{"error": "..."}`` in JSON.

    Mastery:
    - So is whatever else a client can send: no JSON object, no table, what is no number (``true`` and
      ``"1"`` are none), NaN, infinite, too large, or refused by ``model.predict`` with ``ValueError``.
      The error says what is wrong. Never a 500, never a stack trace.
    - One call of ``model.predict`` a request. Debug mode is off.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 5.3")
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
            return {"prediction": ...}  # GAP: one call for all rows; numpy values are not JSON
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
    rows = ...  # GAP: a list of rows, also where it is one row
    for row in rows:
        if ...:  # GAP: no list, or of another width
            raise ValueError(f"each row must be a list of {width} numbers")
        if ...:  # GAP: not all of them are finite numbers; True is an int to Python
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
    """Serve a version of a model on an instance of its own; return its URL once it is healthy.

    Put this very file (``__file__``) under ``code/`` and launch an instance whose user data fetches
    it and runs its command ``serve BUCKET NAME VERSION PORT`` (see ``main``), or a production WSGI
    server. It is healthy when ``GET /health`` answers 200.

    Core:
    - The URL is ``http://HOST:PORT``: the public address, or the private one where there is no other.
    - No such bucket: ``LookupError``. No credentials in the user data.

    Mastery:
    - Not healthy within ``timeout`` seconds: ``TimeoutError``.
    - When it raises (a launch that fails half-way, Ctrl-C), its instance is terminated; other
      deployments, also of this model, are left alone.
    - Any name, any port.
    """
    # The pattern stands. Fill each GAP, then delete this line and the next.
    raise NotImplementedError("Task 5.4")
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code = ...  # GAP: s3://BUCKET/KEY as one word of bash
    user_data = f"""#!/bin/bash
set -euxo pipefail
cd "$(mktemp -d)"
dnf install -y {PYTHON} {PYTHON}-pip
{PYTHON} -m pip install {PACKAGES}
aws s3 cp {code} exercise.py
# GAP: run the command serve of exercise.py, with four words that bash does not take apart
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
        ...  # GAP: end what this call has started, and let the error go on


def _wait_until_healthy(ec2, instance_id, port, timeout):
    # Asked again after the wait: the answer to the launch does not have the address yet.
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    url = f"http://{instance.get('PublicIpAddress') or instance['PrivateIpAddress']}:{port}"
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:  # "running" means that the power is on, not that anything answers
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                ...  # GAP: healthy?
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
