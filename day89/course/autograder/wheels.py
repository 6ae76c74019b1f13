"""Collect the wheels that a recipe brings: day89 itself, and what it needs, pinned to the versions that run here."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from day89.errors import UsageError

__all__ = ["day89_wheel", "download", "pins"]

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def pins(name: str = "day89") -> list[str]:
    """Return ``package==version`` for everything that a distribution needs without extras, as installed here.

    Args:
        name: the distribution; it is not among them.
    """
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        for requirement in metadata.distribution(waiting.pop()).requires or ():
            spec, _, marker = requirement.partition(";")
            needed = re.split(r"[^A-Za-z0-9._-]", spec.strip(), maxsplit=1)[0]
            if "extra ==" in marker or ('== "win32"' in marker):
                continue
            try:
                version = metadata.version(needed)
            except metadata.PackageNotFoundError:  # for another system or another Python
                continue
            if needed.lower() not in found:
                found[needed.lower()] = version
                waiting.append(needed)
    return sorted(f"{package}=={version}" for package, version in found.items())


def day89_wheel(folder: Path) -> Path:
    """Write a wheel of the day89 that is running, and return it.

    Args:
        folder: where it goes.

    Raises:
        UsageError: day89 runs from a checkout, and neither uv nor pip is there to build it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        _run([*_builder(), str(folder), str(checkout)])
        return next(iter(sorted(folder.glob("day89-*.whl"), key=lambda one: one.stat().st_mtime, reverse=True)))
    return _packed_again(metadata.distribution("day89"), folder)


def _builder() -> list[str]:
    if shutil.which("uv"):
        return ["uv", "build", "--quiet", "--wheel", "--out-dir"]
    return [*_pip(), "wheel", "--quiet", "--no-deps", "--wheel-dir"]


def _pip() -> list[str]:
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return [sys.executable, "-m", "pip"]
    if shutil.which("uv"):
        return ["uv", "tool", "run", "--quiet", "pip"]
    raise UsageError("neither pip nor uv is installed: install pip, or say --no-wheels and let the host download them")


def _run(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(f"{' '.join(words[:3])} failed: {done.stderr.strip()[-500:]}")


def _packed_again(installed: metadata.Distribution, folder: Path) -> Path:
    """Make a wheel of an installed package: its RECORD names its files."""
    target = folder / f"day89-{installed.version}-py3-none-any.whl"
    lines = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in installed.files or ():
            name = file.as_posix()
            if name.startswith("..") or name.endswith(
                (".pyc", "/INSTALLER", "/RECORD", "/REQUESTED", "/direct_url.json")
            ):
                continue
            data = Path(str(installed.locate_file(file))).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            archive.writestr(name, data)
            lines.append(f"{name},sha256={digest},{len(data)}")
        record = f"day89-{installed.version}.dist-info/RECORD"
        archive.writestr(record, "\n".join([*lines, f"{record},,", ""]))
    return target


def download(folder: Path, python: str, packages: list[str]) -> None:
    """Download wheels for Linux on x86-64 into a folder, and write ``requirements.txt`` with their hashes beside it.

    Args:
        folder: where they go.
        python: version that they are for, such as ``3.13``.
        packages: pins.

    Raises:
        UsageError: pip cannot get them.
    """
    words = [*_pip(), "download", "--quiet", "--only-binary", ":all:", "--no-deps", "--python-version", python]
    words += [word for platform in PLATFORMS for word in ("--platform", platform)]
    _run([*words, "--dest", str(folder), *packages])
    lines = []
    for wheel in sorted(folder.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        if name == "uv":  # it brings a Python where there is none; day89 does not need it
            continue
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    (folder.parent / "requirements.txt").write_text("".join(lines), encoding="utf-8")
