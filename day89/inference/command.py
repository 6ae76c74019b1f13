"""``day89 serve``: answer predictions with a model from S3, under a production server."""

from __future__ import annotations

import argparse
import logging
import os
import re
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from day89.clients import make_client
from day89.errors import UsageError
from day89.inference import (
    Deployment,
    Limits,
    Metrics,
    ModelBusyError,
    PredictionLog,
    Server,
    create_app,
    load_served,
    serve,
)
from day89.models import FORMATS, current_version

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("bucket", help="bucket of the models")
    parser.add_argument("name", help="name of the model")
    parser.add_argument("version", nargs="?", help="number of the version (3 or v3); left out: follow the pointer")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 on an instance")
    parser.add_argument("--port", type=int, default=5000, help="port; 0 takes a free one")
    parser.add_argument("--threads", type=int, default=8, help="requests worked on at once")
    parser.add_argument("--region", help="AWS region; left out: the environment's")
    parser.add_argument("--format", choices=FORMATS, help="file of the version; left out: ONNX where there is one")
    parser.add_argument("--sha256", help="checksum that the file must have, from your own configuration")
    parser.add_argument("--trust", action="append", default=[], metavar="TYPE", help="type that a skops file may hold")
    parser.add_argument("--any-version", action="store_true", help="load a model of another scikit-learn")
    parser.add_argument("--poll", type=float, default=10.0, metavar="SECONDS", help="how often to look at the pointer")
    parser.add_argument("--log-bucket", help="bucket for the log of predictions; left out: none is kept")
    parser.add_argument("--log-prefix", default="predictions", help="first part of the log's keys")
    parser.add_argument("--log-seconds", type=float, default=10.0, help="how long a record waits before it is sent")
    parser.add_argument("--spool", type=Path, help="folder where the log waits; left out: one in the temporary folder")
    parser.add_argument("--max-body", type=int, default=Limits.body_bytes, metavar="BYTES", help="longest body")
    parser.add_argument("--max-rows", type=int, default=Limits.rows, metavar="ROWS", help="most rows of a request")
    parser.add_argument("--timeout", type=float, default=Limits.seconds, metavar="SECONDS", help="longest model call")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; return 0.

    Raises:
        UsageError: arguments that do not fit together.
        Day89Error: a version was named, and it is not there or is not what it should be.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    version = _version(args.version)
    if args.sha256 and version is None:
        raise UsageError("--sha256 pins one file: name the version that it belongs to")
    s3, metrics = make_client("s3", args.region), Metrics()
    deployment = _deployment(s3, args, version, metrics)
    if version is not None:
        with suppress(ModelBusyError):  # one slow moment: tried again while it serves, and not ready until then
            deployment.refresh()
    log = _log(s3, args, metrics)
    limits = Limits(args.max_body, args.max_rows, args.timeout)
    app = create_app(deployment, log=log, limits=limits, metrics=metrics)
    serve(
        app,
        host=args.host,
        port=args.port,
        threads=args.threads,
        on_start=partial(_start, deployment if deployment.current is None else None, log),
        on_stop=partial(_stop, deployment, log),
    )
    return 0


def _version(text: str | None) -> int | None:
    if text is None:
        return None
    found = re.fullmatch(r"v?([1-9][0-9]*)", text)
    if not found:
        raise UsageError(f"version {text!r} is not a number such as 3 or v3")
    return int(found[1])


def _deployment(s3: Any, args: argparse.Namespace, version: int | None, metrics: Metrics) -> Deployment:
    def find() -> int:
        return version if version is not None else current_version(s3, args.bucket, args.name)

    load = partial(
        load_served,
        s3,
        args.bucket,
        args.name,
        format=args.format,
        seconds=args.timeout,
        sha256=args.sha256,
        any_version=args.any_version,
        trusted=args.trust,
    )
    return Deployment(find, load, seconds=args.poll, metrics=metrics)


def _log(s3: Any, args: argparse.Namespace, metrics: Metrics) -> PredictionLog | None:
    if not args.log_bucket:
        return None
    # One spool for all servers of this user on this machine: the next one finds what the last one left.
    folder = args.spool or Path(tempfile.gettempdir(), f"day89-spool-{os.getuid()}", args.log_bucket)
    return PredictionLog(s3, args.log_bucket, folder, prefix=args.log_prefix, seconds=args.log_seconds, metrics=metrics)


def _start(deployment: Deployment | None, log: PredictionLog | None, server: Server) -> None:
    if log is not None:
        log.start()
    if deployment is not None:
        deployment.start()
    print(f"listening at http://{server.host}:{server.port}", flush=True)


def _stop(deployment: Deployment, log: PredictionLog | None) -> None:
    deployment.close()
    if log is not None and not log.close():
        logging.getLogger(__name__).warning("a part of the prediction log waits on this disk for the next start")
