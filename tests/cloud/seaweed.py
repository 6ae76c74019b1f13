"""Start SeaweedFS, a real S3 server that is not moto, on the loopback."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCESS, SECRET = "day89key", "day89secret00"
IDENTITY = {"name": "admin", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}]}
ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
OFF = ("-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0")
FLAGS = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", *OFF)
PATIENCE_SECONDS = 30


def binary() -> str | None:
    """Return where SeaweedFS is, or None."""
    return shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")


def _free_port() -> int:
    # Its gRPC ports are 10,000 above, so stay well below 55,535.
    for _ in range(100):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1] % 20_000 + 20_000
        try:
            for number in (port, port + 10_000):
                socket.create_server(("127.0.0.1", number)).close()
        except OSError:
            continue
        return int(port)
    raise OSError("no free port for SeaweedFS")


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """Run SeaweedFS in a folder for as long as a block lasts; yield its S3 endpoint."""
    settings = folder / "s3.json"
    settings.write_text(json.dumps({"identities": [{**IDENTITY, "actions": ACTIONS}]}))
    s3, master, volume, filer = (_free_port() for _ in range(4))
    ports = (f"-s3.port={s3}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}")
    data = folder / "data"
    data.mkdir()
    command = [str(binary()), "mini", f"-dir={data}", f"-s3.config={settings}", *FLAGS, *ports]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{s3}/healthz", process)
        yield f"http://127.0.0.1:{s3}"
    finally:
        process.kill()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise OSError(f"SeaweedFS does not answer at {url} (exit status {process.poll()})")
