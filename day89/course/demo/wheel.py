"""Pack the part of this package that runs on instances as a wheel: an image of Amazon Linux does not have it.

The wheel asks for exactly the versions that are installed here, so that a model that was made on an instance loads on
this machine and the other way round. Left out are the course and the local cloud, which an instance has no use for.
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from day89 import __version__
from day89.course.exercise.files import course_file

__all__ = ["build_wheel"]

NAME = f"day89-{__version__}"
PACKAGE = Path(__file__).resolve().parents[2]
NEEDED = ("boto3", "botocore", "flask", "joblib", "numpy", "pandas", "prometheus-client", "scikit-learn", "waitress")
LEFT_OUT = {"cloud", "course", "_files"}
DATA = ("data/prices.toml", "data/instance_types.csv")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same code is the same wheel, byte for byte


def build_wheel(folder: Path) -> Path:
    """Write the wheel.

    Args:
        folder: where to.

    Returns:
        Its path; the name is one that pip takes.
    """
    path = folder / f"{NAME}-py3-none-any.whl"
    records = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*_code(), *_about()]:
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append(f"{name},sha256={digest},{len(content)}")
        record = f"{NAME}.dist-info/RECORD"
        archive.writestr(zipfile.ZipInfo(record, LONG_AGO), "\n".join([*records, f"{record},,", ""]))
    return path


def _code() -> Iterator[tuple[str, bytes]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in LEFT_OUT:
            yield f"day89/{place.as_posix()}", path.read_bytes()
    for name in DATA:
        yield f"day89/_files/{name}", course_file(name).read_bytes()


def _about() -> Iterator[tuple[str, bytes]]:
    needs = "".join(f"Requires-Dist: {name}=={version(name)}\n" for name in NEEDED)
    metadata = f"Metadata-Version: 2.1\nName: day89\nVersion: {__version__}\nRequires-Python: >=3.11\n{needs}"
    yield f"{NAME}.dist-info/METADATA", metadata.encode()
    yield f"{NAME}.dist-info/WHEEL", b"Wheel-Version: 1.0\nGenerator: day89\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
