"""Answer a submission's AWS requests from the cloud of this process, and from nothing else."""

from __future__ import annotations

import socket
from typing import Any, TypeGuard

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session

from day89.processes.channel import Wire

__all__ = ["ask_cloud", "connect", "connection_of"]


def ask_cloud(message: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Ask the local cloud that is active in this process.

    Args:
        message: its ``aws`` holds method, absolute URL and headers, from a side that may be hostile.
        body: request body.

    Returns:
        What goes back over the wire: the answer, or the error that is to be raised over there; ``interrupt`` where the
        check wants Ctrl-C.
    """
    request = message.get("aws")
    if not _is_request(request):
        return {"raised": "EndpointConnectionError", "text": "that is no request to AWS"}, b""
    method, url, headers = request
    host = url.split("/", 3)[2].rpartition("@")[2].partition(":")[0] if url.count("/") >= 2 else ""
    if not host.endswith(".amazonaws.com") or not getattr(URLLib3Session.send, "day89_local_cloud", False):
        return {"raised": "EndpointConnectionError", "text": "only AWS can be reached from here"}, b""
    sent = HTTPHeaders()
    for name, value in headers.items():
        sent[name] = value
    try:
        answer = URLLib3Session().send(AWSPreparedRequest(method, url, sent, body, stream_output=True))
    except KeyboardInterrupt:
        return {"interrupt": True}, b""
    except Exception as error:
        return {"raised": type(error).__name__, "text": str(error)[:500]}, b""
    return {"status": answer.status_code, "headers": dict(answer.headers)}, _all_of(answer.raw)


def _is_request(request: Any) -> TypeGuard[tuple[str, str, dict[str, str]]]:
    """Return whether it is what botocore sends: three parts, all their text on one line of ASCII."""
    if not isinstance(request, list) or len(request) != 3 or not isinstance(request[2], dict):
        return False
    texts = [*request[:2], *request[2], *request[2].values()]
    return all(isinstance(text, str) and text.isascii() and text.isprintable() for text in texts)


def connection_of(message: dict[str, Any]) -> tuple[str, int] | None:
    """Return host and port where a message, from a side that may be hostile, asks for a connection; else None."""
    match message.get("connect"):
        case [str(host), int(port)] if 0 < port < 1 << 16:
            return host, port
    return None


def _all_of(raw: Any) -> bytes:
    """Return as much of a body as arrives: one that breaks off is short, which the other side sees by its length."""
    data = bytearray()
    try:
        while chunk := raw.read(1 << 20):
            data += chunk
    except Exception:  # the fault that was asked for
        return bytes(data)
    return bytes(data)


def connect(wire: Wire, host: str, port: int, allowed: bool) -> None:
    """Connect to an instance for a submission, and hand the connection over.

    Args:
        wire: where the connection goes.
        host: address that was asked for.
        port: TCP port.
        allowed: whether that address is an instance of the cloud.
    """
    if not allowed:
        wire.send({"refused": f"{host} is no instance of this cloud"})
        return
    try:
        with socket.create_connection((host, port), timeout=2) as made:
            wire.send({"connected": True}, descriptors=[made.fileno()])
    except OSError as error:
        wire.send({"refused": str(error)})
