"""Serialize an error in the protocol that the client speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import uuid4
from xml.sax.saxutils import escape

from day89.cloud.messages.model import AwsError

__all__ = ["XML", "Answer", "render", "with_body"]

Answer = tuple[int, dict[str, str], bytes]
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(refusal: AwsError, protocol: str, method: str = "POST") -> Answer:
    """Write a refusal as AWS would.

    Args:
        refusal: what to say.
        protocol: ``rest-xml``, ``ec2``, ``query`` or ``json``.
        method: HTTP method; the answer to a HEAD has no body.

    Returns:
        Status, headers and body.
        https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    request_id = str(uuid4())
    headers = {"x-amzn-RequestId": request_id, "x-amz-request-id": request_id, **refusal.headers}
    if protocol == "json":
        return refusal.status, {**headers, **_json_headers(refusal)}, _json(refusal)
    headers["Content-Type"] = "application/xml" if protocol == "rest-xml" else "text/xml"
    writers = {"rest-xml": _rest_xml, "ec2": _ec2, "query": _query}
    body = b"" if method == "HEAD" or refusal.status == 304 else writers[protocol](refusal, request_id).encode()
    return refusal.status, headers, body


def with_body(answer: Answer, body: bytes) -> Answer:
    """Return an answer with another body, of another length."""
    return answer[0], {name: value for name, value in answer[1].items() if name.lower() != "content-length"}, body


def _json_headers(refusal: AwsError) -> Mapping[str, str]:
    kind = "Sender" if refusal.status < 500 else "Receiver"
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-errortype": refusal.code,
        "x-amzn-query-error": f"{refusal.code};{kind}",
    }


def _json(refusal: AwsError) -> bytes:
    return json.dumps({"__type": refusal.code, "message": refusal.message, **refusal.fields}).encode()


def _rest_xml(refusal: AwsError, request_id: str) -> str:
    more = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in refusal.fields.items())
    return f"{XML}<Error>{_code(refusal)}{more}<RequestId>{request_id}</RequestId><HostId>day89</HostId></Error>"


def _ec2(refusal: AwsError, request_id: str) -> str:
    return (
        f"{XML}<Response><Errors><Error>{_code(refusal)}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )


def _query(refusal: AwsError, request_id: str) -> str:
    kind = "Sender" if refusal.status < 500 else "Receiver"
    error = f"<Error><Type>{kind}</Type>{_code(refusal)}</Error>"
    return f"{XML}<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"


def _code(refusal: AwsError) -> str:
    return f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
