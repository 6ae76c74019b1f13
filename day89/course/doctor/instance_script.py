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
import resource
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
HIGH = 1 << 32
SOCKET = {"x86_64": 41, "aarch64": 198}
COURSE_FILES = ("solution.py", "test_exercise_", "mistakes.toml", "quiz.toml")
SEARCH_SECONDS = 5.0


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
    """Make a raw, a packet, a netlink or a vsock socket."""
    return any(_makes(*one) for one in ((2, 3, 255), (17, 3, 0), (16, 3, 0), (40, 1, 0)))


def make_socket_by_high_bits() -> bool:
    """Make a UDP, raw, packet or netlink socket by numbers whose high half no kernel reads, but perhaps a filter."""
    number = SOCKET.get(os.uname().machine)
    if number is None:
        return False
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    made = [
        call(ctypes.c_long(number), *(ctypes.c_ulong(HIGH | part) for part in one))
        for one in ((2, 2, 0), (2, 3, 255), (17, 3, 0), (16, 3, 0), (1, 2, 0))
    ]
    return any(one >= 0 for one in made)


def _makes(*numbers: int) -> bool:
    try:
        socket.socket(*numbers).close()
    except OSError:
        return False
    return True


def send_by_a_pair() -> bool:
    """Send a datagram to UNIX sockets outside, by a pair of one's own."""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    sent = False
    for name in ("log", "abstract_log"):
        try:
            sent = bool(ours.sendto(b"x", str(TARGETS[name]))) or sent
        except OSError:
            continue
    return sent


def change_metadata() -> bool:
    """Change mode, time or owner of a file of the owner."""
    path = str(TARGETS["secret"])
    changed = False
    for change in (
        lambda: os.chmod(path, 0o777),  # noqa: PTH101
        lambda: os.utime(path, (1, 1)),
        lambda: os.setxattr(path, "user.day89", b"1"),
    ):
        try:
            change()
            changed = True
        except OSError:
            continue
    return changed


def run_as_owner() -> bool:
    """Make a program that runs as its owner, whoever starts it."""
    path = Path(os.environ["TMPDIR"], "suid")
    path.touch()
    try:
        path.chmod(0o4755)
    except OSError:
        return False
    return bool(path.stat().st_mode & 0o4000)


def change_process() -> bool:
    """Change limits or scheduling of the owner's process, or of the first one of this instance."""
    zero = ctypes.byref(ctypes.c_int(0))
    for pid in (int(str(TARGETS["pid"])), os.getppid()):
        if ctypes.CDLL(None).sched_setscheduler(pid, 0, zero) == 0:
            return True
        try:
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        except OSError:
            continue
        return True
    return False


def find_course() -> bool:
    """Search for answers, checks and quiz in all that can be seen, for some seconds."""
    end = time.monotonic() + SEARCH_SECONDS
    for place in [*sys.path, "/work", "/home", "/root", "/opt", "/srv", "/tmp", "/usr/src", "/"]:
        for folder, below, names in os.walk(place):
            below[:] = [name for name in below if name not in ("proc", "sys", "dev")]
            for name in names:
                if name.startswith(COURSE_FILES) and _opens(f"{folder}/{name}", os.O_RDONLY):
                    return True
            if time.monotonic() > end:
                return False
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
    ("find answers, checks or quiz anywhere", find_course),
    ("read what is for root only", read_secrets),
    ("write outside its folder", lambda: write("outside")),
    ("change the system", write_to_system),
    ("connect to a server on this machine", connect),
    ("connect to it while sending", connect_while_sending),
    ("connect to another machine", connect_elsewhere),
    ("connect to a socket in your folder", lambda: connect_locally("socket")),
    ("connect to an abstract socket", lambda: connect_locally("abstract")),
    ("send by UDP", send_datagram),
    ("make a raw, packet or netlink socket", make_raw_socket),
    ("make a socket by the high half of a number", make_socket_by_high_bits),
    ("send a datagram to a UNIX socket", send_by_a_pair),
    ("change mode or time of a file of yours", change_metadata),
    ("make a program that runs as its owner", run_as_owner),
    ("serve on all addresses", serve_to_all),
    ("see your environment", see_environment),
    ("signal a process of yours", signal_process),
    ("change limits or scheduling of a process", change_process),
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
