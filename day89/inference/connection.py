"""One connection: read requests as strictly as RFC 9112 asks, and end so that the last answer arrives.

https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import re
import socket
import time
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, first_line_re
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest

from day89.inference.problems import PROBLEM_JSON, problem_body

__all__ = ["Channel"]

# Control characters, and line breaks other than CR LF: neither belongs in the head of a request.
NOT_IN_A_HEAD = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r[^\n]")
VERSIONS = frozenset({"", "1.0", "1.1"})  # none at all is HTTP/0.9
DETAIL_CHARACTERS = 200  # waitress quotes the line that it refuses


class _RequestParser(HTTPRequestParser):
    """The parser of waitress, which answers what that one drops or waits for."""

    completed: bool

    def received(self, data: bytes) -> int:
        """Take bytes of a request; return how many belong to it."""
        consumed: int = super().received(data)
        if self.completed:
            self.expect_continue = False  # refused, or without a body: there is nothing to continue with
        elif self.body_rcv is None and (reason := self._wrong_so_far(len(data))):
            self.error, self.completed = BadRequest(reason), True
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse a whole head.

        Raises:
            ParsingError: it is malformed.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # such as "http://[::1", or a Content-Length of 5,000 digits
            raise ParsingError(str(error)) from error
        if self.version not in VERSIONS:
            raise ParsingError(f"HTTP/{self.version} is not spoken here; use HTTP/1.1")

    def _wrong_so_far(self, new_bytes: int) -> str | None:
        """Say why a head that is not complete cannot become a good one: its sender may be waiting for an answer."""
        head: bytes = self.header_plus
        if NOT_IN_A_HEAD.search(head, max(0, len(head) - new_bytes - 1)):
            return "the head of the request holds a control character, or a line that does not end with CR LF"
        line, end, _ = head.lstrip().partition(b"\r\n")
        return "Start line is invalid" if end and not first_line_re.fullmatch(line.rstrip()) else None


class _ProblemTask(ErrorTask):
    """The answer, as a problem too, to what the app never sees: a malformed request, a body beyond all limits."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        body = problem_body(error.code, self._detail(error))
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", PROBLEM_JSON))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _detail(self, error: Any) -> str:
        if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return "the body is longer than the server reads"
        return str(error.body)[:DETAIL_CHARACTERS]


class _AppTask(WSGITask):
    """The answer of the app."""

    wrote_header: bool

    def execute(self) -> None:
        """Answer; while the server stops, tell the client with the last answer that the connection ends."""
        if self.channel.server.stopping.is_set() and len(self.channel.requests) == 1 and not self.channel.request:
            self.set_close_on_finish()
        super().execute()

    def write(self, data: bytes) -> None:
        """Send the head together with a body that is there as a whole: one system call and one packet, not two."""
        if self.wrote_header or not data or self.content_length != len(data) or not (self.complete and self.has_body):
            super().write(data)
            return
        self.channel.write_soon(self.build_response_header() + data)
        self.wrote_header = True
        self.content_bytes_written = len(data)


class Channel(HTTPChannel):
    """One connection of a client.

    A socket that is closed while bytes of the client are unread, or on their way, makes the kernel send a reset, which
    may destroy the last answer before the client has read it. So the server closes its own direction first, and the
    connection when the client has done the same, or is silent (RFC 9112, section 9.6).
    """

    task_class = _AppTask
    error_task_class = _ProblemTask
    parser_class = _RequestParser
    ended: float = 0.0  # when the last answer was sent and this direction closed; 0: not yet
    waiting_since: float = 0.0  # since when the client has owed a request

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take a connection."""
        super().__init__(*args, **options)
        self.waiting_since = self.creation_time

    @property
    def is_answering(self) -> bool:
        """Say whether a request is worked on, or its answer is being sent."""
        return bool(self.requests or self.total_outbufs_len)

    def service(self) -> None:
        """Answer one request."""
        super().service()
        self.waiting_since = self.last_activity

    def received(self, data: bytes) -> bool:
        """Take bytes; after the end they are read only to be thrown away."""
        return not self.ended and super().received(data)

    def handle_write(self) -> None:
        """Send what waits, and close this direction behind the last answer."""
        with self.requests_lock:  # ``service`` asks for the end under it
            if not self.close_when_flushed or self.will_close:
                super().handle_write()
                return
            self._flush_exception(self._flush_some)
            if self.will_close:  # the client is gone
                self.handle_close()
            elif not self.total_outbufs_len:
                self._end()

    def _end(self) -> None:
        self.close_when_flushed, self.ended = False, time.time()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # the client has closed its end already
            self.handle_close()
