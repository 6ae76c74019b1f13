"""Answer every error in one form: RFC 9457 problem details, and never what went wrong inside.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

__all__ = ["PROBLEM_JSON", "Problem", "json_pointer", "problem_body", "register_problems"]

PROBLEM_JSON = "application/problem+json"
KEPT_HEADERS = ("Allow", "Retry-After")
logger = logging.getLogger(__name__)


class Problem(Exception):
    """An error status and its explanation for the client."""

    def __init__(
        self, status: int, detail: str, pointer: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Describe what is wrong.

        Args:
            status: HTTP status, 400 and above.
            detail: one sentence for the client.
            pointer: JSON pointer, as a URI fragment, to the value that is wrong, such as ``#/features/0/3``.
            headers: further headers of the answer.
        """
        super().__init__(detail)
        self.status, self.detail, self.pointer, self.headers = status, detail, pointer, dict(headers or {})


def problem_body(status: int, detail: str, pointer: str | None = None) -> bytes:
    """Return the JSON of a problem; its type is ``about:blank``: nothing more is known than the status says."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if pointer is not None:
        body["pointer"] = pointer
    return json.dumps(body).encode()


def json_pointer(*steps: str | int) -> str:
    """Return a JSON pointer as a URI fragment.

    https://www.rfc-editor.org/rfc/rfc6901#section-6
    """
    # errors="replace": JSON may hold half a surrogate pair, which has no UTF-8.
    return "#" + "".join(
        "/" + quote(str(step).replace("~", "~0").replace("/", "~1"), errors="replace") for step in steps
    )


def register_problems(app: Flask) -> None:
    """Make an app answer every error, its own and Flask's and the unforeseen, as a problem."""
    app.register_error_handler(Problem, _of_problem)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_bug)


def _answer(status: int, detail: str, pointer: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem_body(status, detail, pointer), status, headers, mimetype=PROBLEM_JSON)


def _of_problem(problem: Problem) -> Response:
    return _answer(problem.status, problem.detail, problem.pointer, problem.headers)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    headers = error.get_response().headers
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return _answer(status, error.description or HTTPStatus(status).phrase, headers=kept)


def _of_bug(error: Exception) -> Response:
    # The log of the server gets everything, the client nothing: messages and traces tell an attacker what runs here.
    logger.error("a request failed", exc_info=error)
    return _answer(500, "the server failed; the error is in its log")
