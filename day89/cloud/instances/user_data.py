"""Turn an instance's user data into a program to run, as cloud-init does.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
"""

from __future__ import annotations

import base64
import email
import gzip
import shlex
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Script", "read_user_data"]

GZIP = b"\x1f\x8b"
UNKNOWN = "Unhandled non-multipart (text/x-not-multipart) userdata: {start!r}...\n"


@dataclass(frozen=True)
class Script:
    """A program and the console lines that cloud-init writes before it; an empty program is not run."""

    text: bytes = b""
    note: str = ""


def read_user_data(data: bytes) -> Script:
    """Read user data: a ``#!`` script, a cloud-config, several of them in MIME parts, or gzip of these.

    Args:
        data: user data, base64 already taken off.

    Returns:
        The script. What is none of these is not run, and the note says so, as on an instance.
    """
    if data.startswith(GZIP):
        data = gzip.decompress(data)
    if not data.strip():
        return Script()
    if data.startswith(b"#!"):
        return Script(data)
    if data.lstrip().startswith((b"#cloud-config", b"## template: jinja")):
        return _cloud_config(data)
    if data.lower().startswith((b"content-type:", b"mime-version:")):
        return _multipart(data)
    return Script(note=UNKNOWN.format(start=data[:24]))


def _multipart(data: bytes) -> Script:
    parts = [part.get_payload(decode=True) for part in email.message_from_bytes(data).walk() if not part.is_multipart()]
    scripts = [read_user_data(part) for part in parts if isinstance(part, bytes)]
    runnable = [script.text for script in scripts if script.text]
    note = "".join(script.note for script in scripts)
    if len(runnable) <= 1:
        return Script(b"".join(runnable), note)
    lines = ["#!/bin/bash"]
    for place, text in enumerate(runnable):
        name = f"/tmp/part-{place:03d}"
        lines += [_write_file({"path": name, "content": text, "permissions": "0700"}), f"{name}"]
    return Script("\n".join(lines).encode() + b"\n", note)


def _cloud_config(data: bytes) -> Script:
    try:
        config = yaml.safe_load(data) or {}
    except yaml.YAMLError as error:
        return Script(note=f"Failed loading yaml blob. {str(error).splitlines()[0]}\n")
    if not isinstance(config, dict):
        return Script(note="Failed loading yaml blob. Yaml load allows (dict,) root types\n")
    lines = ["#!/bin/bash"]
    lines += [_command(item) for item in config.get("bootcmd") or []]
    lines += [_write_file(item) for item in config.get("write_files") or []]
    lines += [_command(item) for item in config.get("runcmd") or []]
    lines += _power(config.get("power_state") or {})
    return Script("\n".join(lines).encode() + b"\n")


def _command(item: Any) -> str:
    return shlex.join(str(word) for word in item) if isinstance(item, list) else str(item)


def _write_file(item: dict[str, Any]) -> str:
    content = item.get("content", b"")
    raw = content if isinstance(content, bytes) else str(content).encode()
    if "b64" in str(item.get("encoding", "")) or "base64" in str(item.get("encoding", "")):
        raw = base64.b64decode(raw)
    path = shlex.quote(str(item["path"]))
    into = ">>" if item.get("append") else ">"
    lines = f'mkdir -p "$(dirname {path})"; base64 -d {into} {path} <<< {base64.b64encode(raw).decode()}'
    return lines + (f"; chmod {item['permissions']} {path}" if item.get("permissions") else "")


def _power(state: dict[str, Any]) -> list[str]:
    mode = {"poweroff": "poweroff", "halt": "halt", "reboot": "reboot"}.get(state.get("mode", ""))
    return [mode] if mode else []
