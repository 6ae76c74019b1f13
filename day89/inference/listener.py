"""The listening socket: take connections, end those that are silent, and stop without losing one."""

from __future__ import annotations

import ctypes
import heapq
import math
import resource
import socket
import struct
import sys
import threading
import time
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from day89.inference.connection import Channel

__all__ = ["Listener"]

OTHER_FILES = 100  # descriptors for everything but connections: S3, the prediction log, libraries
MOST_CONNECTIONS = 10_000
ACCEPTED_AT_ONCE = 100
MAINTENANCE_SECONDS = 1
SILENT_SECONDS = 30.0  # a client that sends nothing, or takes nothing, for so long
END_SECONDS = 2.0  # the same once the server has sent its last answer, or stops
SO_ATTACH_FILTER = 26  # Linux; the socket module has no name for it
# Classic BPF: drop what has SYN and not ACK among its TCP flags (byte 13), pass everything else.
DROP_NEW_CONNECTIONS = (
    (0x30, 0, 0, 13),  # load the byte
    (0x54, 0, 0, 0x12),  # and SYN | ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # pass
)


class Listener(TcpWSGIServer):
    """The listening socket and the connections that came over it."""

    channel_class = Channel

    def __init__(self, application: Any, dispatcher: Any, stopping: threading.Event, **options: Any) -> None:
        """Listen.

        Args:
            application: the WSGI app.
            dispatcher: gets each request.
            stopping: is set once the server is to stop.
            **options: settings of waitress.
        """
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        known = MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, files - OTHER_FILES)
        self.limit = max(1, known)
        self.stopping, self._stopping_since = stopping, math.inf
        adjustments = Adjustments(
            connection_limit=sys.maxsize,  # waitress would stop accepting there; see ``handle_accept``
            cleanup_interval=MAINTENANCE_SECONDS,
            backlog=4096,
            log_socket_errors=False,  # a client that goes away is no error of the server
            **options,
        )
        super().__init__(application, {}, dispatcher=dispatcher, adj=adjustments, sockinfo=adjustments.listen[0])

    def handle_accept(self) -> None:
        """Take the connections that have come; beyond the limit each costs the one that has waited longest."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) <= before:
                return
            if len(self.active_channels) > self.limit:
                self._close_longest_waiting()

    def maintenance(self, now: float) -> None:
        """Close connections whose clients are silent.

        Args:
            now: the time.
        """
        for channel in list(self.active_channels.values()):
            since, seconds = channel.last_activity, SILENT_SECONDS
            if channel.ended:
                seconds = END_SECONDS
            elif self.stopping.is_set() and not channel.is_answering:
                # Even one that has been silent for long has so much time: its request may be on its way.
                since, seconds = max(since, self._stopping_since), END_SECONDS
            sends_for_nobody = channel.ended and channel.ended < now - SILENT_SECONDS
            if not channel.requests and (since < now - seconds or sends_for_nobody):
                channel.will_close = True

    def refuse_connections(self) -> None:
        """Let no further connection be made.

        Those that are being made at this moment will still be completed, and are accepted. A client that tries to
        connect meanwhile tries again by itself, and is refused as soon as the socket is closed: it knows then that its
        request was not received. Without this, connections that are made between the last ``accept`` and ``close`` are
        reset. Only Linux has it.
        """
        self._stopping_since = time.time()
        code = b"".join(struct.pack("=HBBI", *instruction) for instruction in DROP_NEW_CONNECTIONS)
        program = ctypes.create_string_buffer(code, len(code))
        value = struct.pack("@HP", len(DROP_NEW_CONNECTIONS), ctypes.addressof(program))
        if sys.platform == "linux":
            try:
                self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)
            except OSError:  # a sandbox may forbid it
                return

    def stop_listening(self) -> None:
        """Take every connection that was made, and close the socket."""
        before = -1
        while len(self.active_channels) > before:
            before = len(self.active_channels)
            super().handle_accept()
        wasyncore.dispatcher.close(self)  # not ``self.close``: requests that are worked on still need the trigger

    def close(self) -> None:
        """Close everything, also connections whose requests took too long."""
        for channel in list(self.active_channels.values()):
            channel.handle_close()  # unlike ``close`` it frees the buffers, and the threads that wait for room in them
        super().close()

    def pull_trigger(self) -> None:
        """Wake the loop; after its end a late request finds it gone."""
        if not self.trigger._closed:
            super().pull_trigger()

    def _close_longest_waiting(self) -> None:
        waiting = (channel for channel in self.active_channels.values() if not channel.is_answering)
        # Several at once: to look for them takes as long as to accept a hundred.
        for channel in heapq.nsmallest(1 + self.limit // 100, waiting, key=lambda channel: channel.waiting_since):
            channel.handle_close()
