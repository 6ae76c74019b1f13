"""Try to break out of an instance, harmlessly and for seconds only; ``day89 doctor`` and the tests launch this file.

It is the user data of an instance, run by the plain interpreter with nothing but the standard library. Each attempt
prints a line: its name, and what it got, or that it was refused. What it is aimed at stands in TARGETS below, which
whoever launches it fills in.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

TARGETS: dict[str, object] = {}
MOST_PROCESSES = 400
FILE_BYTES = 3 << 30
MEMORY_BYTES = 4 << 30
CLONE_NEWUSER = 0x10000000


def read(name: str) -> bool:
    """Read a file, or list a folder."""
    path = Path(str(TARGETS[name]))
    return bool(os.listdir(path) if path.is_dir() else path.read_bytes())  # noqa: PTH208


def write(name: str) -> bool:
    """Write a file."""
    Path(str(TARGETS[name])).write_text("written")
    return True


def write_to_system() -> bool:
    """Change the system's programs, or a setting of the kernel."""
    own = Path("/usr/bin/day89-probe")
    try:
        own.touch()
        own.unlink()
    except OSError:
        return _opens("/proc/sys/kernel/domainname", os.O_WRONLY)  # opened, never written
    return True


def _opens(path: str, flags: int) -> bool:
    try:
        os.close(os.open(path, flags))
    except OSError:
        return False
    return True


def read_secrets() -> bool:
    """Read what is only for root of this machine."""
    return any(_opens(path, os.O_RDONLY) for path in ("/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/dev/mem"))


def connect() -> bool:
    """Connect to a server of this machine."""
    with socket.socket() as sock:
        sock.settimeout(5)
        sock.connect(("127.0.0.1", int(str(TARGETS["port"]))))
        return True


def connect_elsewhere() -> bool:
    """Connect to an address that is not of this machine; nobody is there (RFC 5737)."""
    with socket.socket() as sock:
        sock.setblocking(False)
        return sock.connect_ex(("192.0.2.1", 80)) in (0, errno.EINPROGRESS)


def connect_while_sending() -> bool:
    """Connect by TCP fast open, which is no call of connect."""
    with socket.socket() as sock:
        sock.sendto(b"x", getattr(socket, "MSG_FASTOPEN", 0x20000000), ("127.0.0.1", int(str(TARGETS["port"]))))
        return True


def send_datagram() -> bool:
    """Make a UDP socket."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    return True


def make_raw_socket() -> bool:
    """Make a raw, a packet or a netlink socket."""
    for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW), (16, socket.SOCK_RAW)):
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        return True
    return False


def connect_locally(name: str) -> bool:
    """Connect to a UNIX socket of this machine, in a folder or in the abstract."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(TARGETS[name]))
        return True


def serve_to_all() -> bool:
    """Serve on every address of this machine."""
    with socket.socket() as sock:
        sock.bind(("0.0.0.0", 0))
        return bool(sock.getsockname()[0] == "0.0.0.0")


def see_environment() -> bool:
    """Find a variable of the owner in any environment in sight."""
    canary = str(TARGETS["canary"]).encode()
    for entry in [Path("/proc/self"), *Path("/proc").iterdir()]:
        try:
            if canary in (entry / "environ").read_bytes():
                return True
        except OSError:
            continue
    return False


def signal_process() -> bool:
    """Signal a process of the owner (signal 0, which does nothing)."""
    os.kill(int(str(TARGETS["pid"])), 0)
    return True


def look_into_first() -> bool:
    """Open the memory of the process that decides about this one."""
    os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY))
    return True


def get_powers() -> bool:
    """Mount something, or become root of a namespace of one's own."""
    libc = ctypes.CDLL(None)
    return libc.unshare(CLONE_NEWUSER) == 0 or libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0


def take_memory() -> bool:
    """Take memory."""
    mmap.mmap(-1, MEMORY_BYTES).close()
    return True


def fill_disk() -> bool:
    """Make a file that is too long; it has no content."""
    with Path(os.environ["TMPDIR"], "long").open("wb") as file:
        file.truncate(FILE_BYTES)
    return True


def reach_endpoint() -> bool:
    """Do what is allowed: reach AWS, and one's own server by its 127.0.0.1."""
    host, _, port = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as sock, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("127.0.0.1", server.getsockname()[1]), 5).close()
        return bool(sock.fileno())


def start_processes() -> bool:
    """Start more processes than an instance may have, all asleep; they end with this one."""
    reader, writer = os.pipe()
    started = 0
    try:
        for started in range(MOST_PROCESSES):  # noqa: B007 - how many there were
            if os.fork() == 0:
                os.close(writer)
                os.read(reader, 1)
                os._exit(0)
        time.sleep(5)  # the first process counts from time to time
    finally:
        os.close(writer)
    return started == MOST_PROCESSES - 1


ATTEMPTS: tuple[tuple[str, Callable[[], bool]], ...] = (
    ("read a file of yours", lambda: read("secret")),
    ("read the answers", lambda: read("answers")),
    ("read the checks", lambda: read("checks")),
    ("read the course's own code", lambda: read("course")),
    ("read what is for root only", read_secrets),
    ("write outside its folder", lambda: write("outside")),
    ("change the system", write_to_system),
    ("connect to a server on this machine", connect),
    ("connect to it while sending", connect_while_sending),
    ("connect to another machine", connect_elsewhere),
    ("connect to a socket in your folder", lambda: connect_locally("socket")),
    ("connect to an abstract socket", lambda: connect_locally("abstract")),
    ("send by UDP", send_datagram),
    ("make a raw socket", make_raw_socket),
    ("serve on all addresses", serve_to_all),
    ("see your environment", see_environment),
    ("signal a process of yours", signal_process),
    ("look into its first process", look_into_first),
    ("mount, or make a namespace", get_powers),
    ("take 4 GiB of memory", take_memory),
    ("make a file of 3 GiB", fill_disk),
    ("(what is allowed works)", reach_endpoint),
    ("start 400 processes", start_processes),
)


def main() -> None:
    """Make every attempt; print ``name: got it`` or ``name: refused ...``."""
    for name, attempt in ATTEMPTS:
        sys.stdout.write(f"{name}: ")
        sys.stdout.flush()
        try:
            words = "got it" if attempt() else "refused"
        except (OSError, ValueError, MemoryError) as error:
            words = f"refused ({error})"
        sys.stdout.write(words + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
