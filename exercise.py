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

import os
import pathlib
import sys

import boto3
import flask
import pandas as pd

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
    # An answer takes about 5 lines.
    raise NotImplementedError("Task 1.1")


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
    # An answer takes about 5 lines.
    raise NotImplementedError("Task 1.2")


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
    # An answer takes about 3 lines.
    raise NotImplementedError("Task 1.3")


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
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 1.4")


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
    # An answer takes about 7 lines.
    raise NotImplementedError("Task 2.1")


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
    # An answer takes about 25 lines.
    raise NotImplementedError("Task 2.2")


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
    # An answer takes about 20 lines.
    raise NotImplementedError("Task 2.3")


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
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 2.4")


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
    # An answer takes about 20 lines.
    raise NotImplementedError("Task 3.1")


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
    # An answer takes about 20 lines.
    raise NotImplementedError("Task 3.2")


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
    # An answer takes about 8 lines.
    raise NotImplementedError("Task 3.3")


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
    # An answer takes about 15 lines.
    raise NotImplementedError("Task 3.4")


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
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 4.1")


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
    # An answer takes about 20 lines.
    raise NotImplementedError("Task 4.2")


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
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 4.3")


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
    # An answer takes about 30 lines.
    raise NotImplementedError("Task 4.4")


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
    # An answer takes about 15 lines.
    raise NotImplementedError("Task 5.1")


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
    # An answer takes about 10 lines.
    raise NotImplementedError("Task 5.2")


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
    # An answer takes about 30 lines.
    raise NotImplementedError("Task 5.3")


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
    # An answer takes about 40 lines.
    raise NotImplementedError("Task 5.4")


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
