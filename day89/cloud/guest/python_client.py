"""Stand in for ``python3`` on an instance: the warm process runs the program; wait for it, and exit as it exits.

Started with ``-I -S`` and importing only what is built in, because its own start is most of what it costs.
Usage: ``python_client.py SOCKET python3|aws ARGUMENT...``
"""

import _signal  # type: ignore[import-not-found]
import _socket
import os
import sys


def _open_descriptors() -> list[int]:
    listing = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    found = []
    for name in os.listdir(listing):  # noqa: PTH208 - pathlib would double the start-up time
        number = int(name)
        try:
            if number < 3 or os.get_inheritable(number):
                os.fstat(number)
                found.append(number)
        except OSError:
            pass
    return sorted(found)[:200]


def _description(numbers: list[int], arguments: list[str]) -> bytes:
    cwd = os.getcwd()  # noqa: PTH109 - as above
    mask = os.umask(0)
    os.umask(mask)
    fields = [cwd, str(mask), str(os.getpgid(0)), ",".join(map(str, numbers)), str(len(arguments)), *arguments]
    fields += [f"{name}={value}" for name, value in os.environ.items()]
    data = b"\0".join(os.fsencode(part) for part in fields)
    return b"%010d" % len(data) + data


def _line(connection: "_socket.socket") -> int:
    data = b""
    while not data.endswith(b"\n"):
        more = connection.recv(1)  # no more than this line
        if not more:
            os._exit(137)
        data += more
    return int(data)


def main() -> None:
    """Hand the program over and wait for its end."""
    numbers = _open_descriptors()
    data = _description(numbers, sys.argv[2:])
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    folder, _, name = sys.argv[1].rpartition("/")
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    connection.connect(name)
    os.fchdir(here)
    packed = b"".join(number.to_bytes(4, sys.byteorder) for number in numbers)
    sent = connection.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)])
    while sent < len(data):
        sent += connection.send(data[sent:])
    pid = _line(connection)
    for number in (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGQUIT):
        if _signal.getsignal(number) is not _signal.SIG_IGN:
            _signal.signal(number, lambda signum, _: os.kill(pid, signum))
    code = _line(connection)
    if code >= 0:
        os._exit(code)
    if -code != _signal.SIGKILL:
        _signal.signal(-code, _signal.SIG_DFL)
    os.kill(os.getpid(), -code)


main()
