"""Answer AWS requests: every call passes here, in process or over HTTP."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from day89.cloud import presigned_post
from day89.cloud.controls.faults import Fault, Faults
from day89.cloud.log import Call, CallLog, facts
from day89.cloud.messages.aws_chunked import read_body
from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moto_request import Headers, Inner, plain_headers
from day89.cloud.messages.routing import Route, Signed, find_route, read_signature
from day89.cloud.moto import backend
from day89.cloud.moto.failures import refusal_for
from day89.cloud.moto.state import CloudState
from day89.cloud.moto.transitions import TransitionTimer
from day89.cloud.overrides import table as overrides
from day89.cloud.validation import table

__all__ = ["INCOMPLETE_BODY", "SERVICES", "Gateway", "Judge"]

SERVICES = frozenset({"s3", "ec2", "iam", "sts", "ssm", "cloudwatch", "logs", "autoscaling", "sqs"})
NOT_SERVED = "the local cloud answers only the services of this course: {services}; {name} is not one of them"
ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>")
JSON_CODE = re.compile(rb'"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"')
INCOMPLETE_BODY = AwsError("IncompleteBody", "The request body terminated unexpectedly")
MALFORMED_TRAILER = AwsError(
    "MalformedTrailerError",
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
)

Judge = Callable[[ApiCall, CloudState], AwsError | None]


class Gateway:
    """The entry point of all calls of one process: parse, authorize, execute, log, one call at a time."""

    def __init__(
        self, state: CloudState, pace: TransitionTimer, faults: Faults, judges: tuple[Judge, ...] = ()
    ) -> None:
        """Stand on the given state.

        Args:
            state: settings, credentials, and the way to moto's state.
            pace: what keeps states passing.
            faults: what goes wrong on request.
            judges: asked before the rules, in order: who is it (signature), may they (policies).
        """
        self.lock = threading.RLock()
        self.state = state
        self.pace = pace
        self.faults = faults
        self.judges = judges
        self.log = CallLog()
        self.listener: Callable[[Call], None] | None = None  # told of each call when it is done
        # Set where instances run: sees each answer of EC2 and Auto Scaling, and may correct it.
        self.instances: Callable[[ApiCall, Answer], Answer] | None = None

    def handle(self, method: str, url: str, headers: Mapping[str, Any], body: Any = None) -> Answer:
        """Answer one request.

        Args:
            method: HTTP method.
            url: absolute URL, as the client sent it.
            headers: request headers.
            body: request body: bytes, text, a file or None.

        Returns:
            Status, headers and body of the answer. A body shorter than its Content-Length was cut off by a fault.
        """
        sent = Headers(headers)
        content = read_body(body)
        signed = read_signature(sent, urlsplit(url).query)
        route = find_route(url, signed)
        if route is None or route.service not in SERVICES:
            return _not_served(method, url, route)
        if route.website:
            with self.lock:
                return overrides.website(self.state, route.path)
        if route.service == "s3" and method == "OPTIONS":
            with self.lock:
                return overrides.preflight(self.state, route.path, sent)
        try:
            inner_headers, content = plain_headers(sent, content)
        except KeyError:
            return render(MALFORMED_TRAILER, "rest-xml", method)
        except ValueError:
            return render(INCOMPLETE_BODY, "rest-xml", method)
        inner = Inner(method, _host(route), route.path, urlsplit(url).query, inner_headers, content)
        with self.lock:
            if route.service == "s3" and presigned_post.is_form(method, sent, route.path):
                return self._answer_form(inner)
            if route.service == "s3" and method == "POST" and not inner.query and "/" not in route.path.strip("/"):
                return render(presigned_post.NOT_A_FORM, "rest-xml")
            return self._answer(url, sent, signed, route, inner)

    def _answer_form(self, inner: Inner) -> Answer:
        """Take an upload by form: once its policy is found to be right, it is a PutObject like any other."""
        request = backend.make_request(inner.method, inner.url, inner.headers, inner.body)
        with closing(request):
            form = presigned_post.read_form(inner.path.strip("/"), request)
        refusal = presigned_post.refuse_form(form, self.state)
        if refusal is not None:
            return render(refusal, "rest-xml")
        url, headers = presigned_post.as_put(form, self.state)
        return presigned_post.done(form, self.handle("PUT", url, headers, form.file))

    def _answer(self, url: str, sent: Headers, signed: Signed, route: Route, inner: Inner) -> Answer:
        account = self.state.account_of(signed.access_key)
        inner.headers["x-moto-account-id"] = account
        request = backend.make_request(inner.method, inner.url, inner.headers, inner.body)
        protocol = backend.protocol_of(route.service, request.content_type)
        understood = backend.understand(route.service, request, inner.body)
        if isinstance(understood, AwsError):
            return render(understood, protocol, inner.method)
        operation, params = understood
        call = ApiCall(
            service=route.service,
            operation=operation,
            region=route.region,
            account=account,
            params=params,
            method=inner.method,
            url=url,
            headers=sent,
            body=inner.body,
            access_key=signed.access_key,
            session_token=signed.token,
            presigned=signed.presigned,
            secure=not (url.startswith("http://") and ".amazonaws.com" in urlsplit(url).netloc),
        )
        entry = self.log.begin(call)
        started = time.perf_counter()
        status, headers, body = self._do(call, inner, request, protocol, entry)
        if inner.method == "HEAD" and status >= 300:
            body = b""  # an answer to HEAD has none: clients can tell only 404 from 403
        if call.service == "s3":
            headers = {"x-amz-request-id": token_hex(8).upper(), "x-amz-id-2": "day89", **headers}
        if call.service == "s3" and "origin" in sent:
            headers = {
                **headers,
                **overrides.cors_headers(self.state, call.params.get("Bucket", ""), call.method, sent),
            }
        _finish(entry, call, status, headers, body, time.perf_counter() - started)
        if self.listener is not None:
            self.listener(entry)
        return status, headers, body

    def _do(self, call: ApiCall, inner: Inner, request: backend.Request, protocol: str, entry: Call) -> Answer:
        faults = self.faults.meeting(call) if self.faults.faults else []
        refusal = self._refuse(call, faults, entry)
        if refusal is not None:
            return render(refusal, protocol, call.method)
        ready = overrides.before(call, self.state, inner, protocol)
        if call.action == "s3.DeleteObjects":
            ready = overrides.delete_objects(call, self.state, self._denied_keys(call, faults))
        if ready is None:
            if inner.changed:
                request = backend.make_request(inner.method, inner.url, inner.headers, inner.body)
            ready = backend.ask_moto(call, request, inner.path, protocol)
        ready = overrides.after(call, self.state, ready, protocol)
        self.pace.after(call)
        if self.instances is not None and call.service in ("ec2", "autoscaling"):
            ready = self.instances(call, ready)
        if call.method != "GET" and not call.operation.startswith(("Describe", "Head", "List", "Get")):
            self.state.notify()
        return _cut(ready, faults)

    def _refuse(self, call: ApiCall, faults: list[Fault], entry: Call) -> AwsError | None:
        refusal = self._judged(call)
        if refusal is not None:
            return refusal
        for fault in faults:
            entry.fault = True
            if fault.before is not None:
                fault.before(call)
            if fault.refusal is not None:
                return fault.refusal
        self.pace.before(call)
        return table.refuse(call, self.state)

    def _judged(self, call: ApiCall) -> AwsError | None:
        try:
            return next((found for judge in self.judges if (found := judge(call, self.state)) is not None), None)
        except Exception as error:  # a request that lacks what it is judged by
            return refusal_for(call, error)

    def _denied_keys(self, call: ApiCall, faults: list[Fault]) -> dict[str, str]:
        """Return the keys of a DeleteObjects that stay, with the reason: each is judged as one DeleteObject."""
        denied = {key: fault.code or "InternalError" for fault in faults for key in fault.kept_keys(call)}
        for item in call.params.get("Delete", {}).get("Objects") or []:
            one = replace(call, operation="DeleteObject", params={"Bucket": call.params.get("Bucket"), **item})
            for judge in self.judges[1:]:
                refusal = judge(one, self.state)
                if refusal is not None:
                    denied.setdefault(item["Key"], refusal.code)
        return denied


def _not_served(method: str, url: str, route: Route | None) -> Answer:
    name = route.service if route else urlsplit(url).netloc
    message = NOT_SERVED.format(services=", ".join(sorted(SERVICES)), name=name)
    return render(AwsError("AccessDenied", message, 403), "json", method)


def _host(route: Route) -> str:
    prefix = backend.ENDPOINT_PREFIXES.get(route.service, route.service)
    return "iam.amazonaws.com" if prefix == "iam" else f"{prefix}.{route.region}.amazonaws.com"


def _cut(answer: Answer, faults: list[Fault]) -> Answer:
    cut = next((fault.cut_after for fault in faults if fault.cut_after is not None), None)
    if cut is None:
        return answer
    status, headers, body = answer
    kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return status, {**kept, "content-length": str(len(body))}, body[:cut]


def _finish(entry: Call, call: ApiCall, status: int, headers: Mapping[str, str], body: bytes, seconds: float) -> None:
    entry.principal, entry.account = call.principal, call.account
    entry.status, entry.seconds, entry.response_bytes = status, seconds, len(body)
    if status >= 300:
        entry.error_code = _error_code(status, headers, body)
    else:
        entry.facts, entry.truncated = facts(entry.operation, body)


def _error_code(status: int, headers: Mapping[str, str], body: bytes) -> str:
    found = ERROR_CODE.search(body) or JSON_CODE.search(body)
    return found[1].decode() if found else headers.get("x-amzn-errortype", str(status))
