"""A hostile submission that harms nothing: it tries one thing, and tells whether it worked. Run by ``day89 doctor``."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# Names by which the files of the course are known, wherever they are; whoever grades fills in what they hold.
COURSE_FILES = ("solution.py", "test_exercise_", "mistakes.toml", "quiz.toml")
HIGH = 1 << 32  # of an int the kernel reads the low 32 bits, a filter perhaps all
SYSCALLS = {"x86_64": {"socket": 41}, "aarch64": {"socket": 198}}
FIRST_PLACES = ("/work", "/home", "/root", "/opt", "/srv", "/tmp", "/var", "/mnt", "/usr/src", "/usr/local/src")
SECONDS = 6.0  # for a search of all that can be seen


def read_file(path: str) -> bool:
    """Read a file that is not the submission's."""
    return bool(Path(path).read_bytes())


def find_course(thorough: bool) -> str:
    """Search for answers, checks and quiz: beside the package, on ``sys.path``, then wherever one can look."""
    end = time.monotonic() + SECONDS
    places = [*sys.path, *(Path(entry).parent for entry in sys.path if entry), Path.cwd().parent, *Path.cwd().parents]
    for place in [*places, *((*FIRST_PLACES, "/") if thorough else ())]:
        for path in _files_below(str(place), end if thorough else min(end, time.monotonic() + 0.2)):
            if path.rpartition("/")[2].startswith(COURSE_FILES) or ("/quiz/" in path and path.endswith(".toml")):
                try:
                    Path(path).read_bytes()
                except OSError:
                    continue
                return path
    return ""


def _files_below(top: str, end: float) -> Iterator[str]:
    for folder, below, names in os.walk(top):
        below[:] = [name for name in below if name not in ("proc", "sys", "dev")]
        yield from (f"{folder}/{name}" for name in names)
        if time.monotonic() > end:
            return


def write_file(path: str) -> bool:
    """Write a file outside the submission's folder."""
    Path(path).write_text("written by a probe", encoding="utf-8")
    return True


def change_metadata(path: str) -> bool:
    """Change mode, time, owner or an attribute of a file outside; whoever grades looks whether it did."""
    for change in (
        lambda: os.chmod(path, 0o777),  # noqa: PTH101
        lambda: os.utime(path, (1, 1)),
        lambda: os.setxattr(path, "user.day89", b"1"),
        lambda: os.chown(path, os.getuid(), 12345),
    ):
        _works(change)
    return False


def _works(act: object) -> bool:
    try:
        return bool(act() or True)  # type: ignore[operator]
    except OSError:
        return False


def see_metadata(path: str) -> bool:
    """See that a file outside is there, and how large it is."""
    return Path(path).stat().st_size > 0


def list_folder(path: str) -> bool:
    """List a folder that is not the submission's."""
    return any(Path(path).iterdir())


def connect(port: int) -> bool:
    """Connect to a server of this machine, past whatever Python code stands in the way."""
    import _socket

    with socket.socket() as end:
        _socket.socket.connect(end, ("127.0.0.1", port))
    return True


def connect_while_sending(port: int) -> bool:
    """Connect by TCP fast open, which is no call of connect."""
    with socket.socket() as end:
        end.sendto(b"x", 0x20000000, ("127.0.0.1", port))
    return True


def make_socket(kinds: list[list[int]]) -> bool:
    """Make a socket of one of some families and types, with numbers that fit no int too."""
    return any(_works(lambda one=one: socket.socket(*one).close()) or _raw_socket(*one) for one in kinds)


def _raw_socket(family: int, kind: int, protocol: int = 0) -> bool:
    numbers = SYSCALLS.get(os.uname().machine)
    if numbers is None:
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    made = call(ctypes.c_long(numbers["socket"]), *(ctypes.c_ulong(HIGH | one) for one in (family, kind, protocol)))
    if made >= 0:
        os.close(made)
    return bool(made >= 0)


def send_to_unix_socket(names: list[str]) -> bool:
    """Send a datagram to a UNIX socket outside, by a pair of one's own."""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return any(_works(lambda name=name: ours.sendto(b"x", name)) for name in names)


def signal_process(pid: int) -> bool:
    """Send a process the signal that does nothing."""
    os.kill(pid, 0)
    return True


def change_process(pids: list[int]) -> bool:
    """Change limits, scheduling or priority of a process outside, or of the one that this was forked from."""
    library = ctypes.CDLL(None, use_errno=True)
    changes = []
    for pid in [*pids, os.getppid()]:
        changes += [
            lambda pid=pid: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)) and None,
            lambda pid=pid: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)),
            lambda pid=pid: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
        ]
        zero = ctypes.byref(ctypes.c_int(0))
        if library.sched_setscheduler(pid, 0, zero) == 0:
            return True
    return any(map(_works, changes))


def look_into_process(pid: int) -> bool:
    """Open the memory of a process outside, or of the one that this was forked from."""
    return any(
        _works(lambda one=one: os.close(os.open(f"/proc/{one}/mem", os.O_RDONLY))) for one in (pid, os.getppid())
    )


def hold_powers(_: None = None) -> bool:
    """Hold a capability of root, or raise a limit of one's own."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    held = any(int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("CapEff", "CapPrm")))
    return held or _works(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)))


def start_process() -> bool:
    """Start a process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def take_memory(size: int) -> bool:
    """Take more memory than is allowed."""
    return len(bytearray(size)) == size


def fill_disk(limit: int) -> bool:
    """Write more than a submission may in sum, in files each of which it may write."""
    part = bytes(1 << 20)
    for number in range(4 * limit // len(part)):
        Path(f"full-{number}").write_bytes(part)
    time.sleep(10)  # somebody looks from time to time
    return True


def see_environment(name: str) -> bool:
    """See a variable of the person who grades."""
    return name in os.environ


def link_elsewhere(target: str) -> bool:
    """Leave a link that leads whoever reads this folder elsewhere."""
    Path("link").symlink_to(target)
    return True


def leave_deep_folders() -> bool:
    """Leave a folder thousands of levels deep behind."""
    for _ in range(1500):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    return False


def compute() -> bool:
    """Do what a submission may do: compute, start a thread, write and copy in its own folder."""
    import shutil

    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(sum(range(1000))))
    thread.start()
    thread.join()
    Path("own.txt").write_text("mine", encoding="utf-8")
    shutil.copy2("own.txt", "copy.txt")
    return done == [499500] and Path("copy.txt").read_text(encoding="utf-8") == "mine"
