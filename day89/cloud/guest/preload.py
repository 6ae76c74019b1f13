"""Load what programs of the course import, so that forks of this process have it at hand."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

__all__ = ["load"]

# OpenBLAS must not start threads before a fork.
LIBRARIES = """
    csv gzip logging argparse hashlib tempfile urllib.request concurrent.futures http.server
    boto3 boto3.s3.transfer pandas joblib flask waitress sklearn.pipeline sklearn.linear_model sklearn.preprocessing
    day89.cloud.guest.aws.main day89.cloud.guest.site.sitecustomize
"""


def load() -> None:
    """Load the libraries in this process, from which programs will be forked; whatever is not installed is left out."""
    os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "AWS_EC2_METADATA_DISABLED": "true"})
    for name in LIBRARIES.split():
        try:
            import_module(name)
        except ImportError:
            continue
    import gc  # only here, where what is loaded is to stay shared by all forks

    gc.collect()
    gc.freeze()
    # botocore reads a service's model anew in each session; these are read once, for all forks.
    _share_models()
    sys.stdout.flush()


def _share_models() -> None:
    import botocore.loaders  # the one heavy library that this function is about
    import botocore.session

    loader = botocore.loaders.create_loader()
    for service in ("s3", "sts", "ec2"):
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")
    loader.load_data("endpoints")
    loader.load_data("sdk-default-configuration")
    make = botocore.loaders.create_loader

    def create(search_path_string: str | None = None) -> Any:
        return make(search_path_string) if search_path_string else loader

    botocore.session.create_loader = create
