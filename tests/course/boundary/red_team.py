"""Further attacks, of other kinds than those of ``hostile``: what was tried to get out of the box or into the verdict.

Where an attack succeeds, the text of its error holds ``DID``; a table of all stands in ``docs/trust.md``. All are
harmless and bounded.
"""

from __future__ import annotations

from hostile import Attack

__all__ = ["RED_TEAM"]

TRIES = """
import ctypes, errno, os, resource, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def tell(**acts):
    said = []
    for name, act in acts.items():
        try: got = act()
        except BaseException as error: said.append(f'{name}={type(error).__name__}')
        else: said.append(f'{name}={"DID" if got else "no"}')
    raise RuntimeError(' '.join(said))
def call(number, *arguments):
    return libc.syscall(*(ctypes.c_long(one) for one in (number, *arguments))) >= 0
"""
FIND_HOST = """
import gc
def host(): return next(one for one in gc.get_objects() if type(one).__name__ == 'Host')
def wires(): return [one for one in gc.get_objects() if type(one).__name__ == 'Wire']
"""
# Of x86-64: elsewhere they name other calls, of which the same holds.
FORBIDDEN = {
    "ptrace": (101, 0, 1), "mount": (165, 0, 0, 0, 0), "unshare": (272, 0x10000000), "setns": (308, 0, 0),
    "chroot": (161, 0), "bpf": (321, 0, 0, 0), "io_uring": (425, 4, 0), "userfaultfd": (323, 0), "keyctl": (250, 0, 0),
    "memfd": (319, 0, 0), "pidfd_open": (434, 1, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0), "kexec": (246, 0, 0, 0),
    "perf": (298, 0, 0, -1, -1), "shmget": (29, 0, 4096, 0o1600), "msgget": (68, 0, 0o1600), "mq_open": (240, 0, 0o100),
    "fanotify": (300, 0, 0), "inotify": (294, 0), "ioprio": (251, 1, 0, 0), "acct": (163, 0), "syslog": (103, 3, 0, 0),
    "vfork": (58,), "clone3": (435, 0, 88), "execveat": (322, -100, 0, 0, 0, 0x1000), "name_to_handle": (303, -100, 0, 0),
    "move_pages": (279, 0, 0, 0, 0, 0), "landlock": (444, 0, 0, 0), "seccomp": (317, 1, 0, 0), "kcmp": (312, 1, 1, 0, 0),
}  # fmt: skip
SYSTEM_CALLS = ", ".join(f"{name}=lambda: call{arguments!r}" for name, arguments in FORBIDDEN.items())
SHELLCODE = """
import ctypes, mmap, os
def run(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
XML_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + "x" * 50 + '">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdefg", "bcdefgh", strict=True))
    + "]><LifecycleConfiguration><Rule><ID>&h;</ID></Rule></LifecycleConfiguration>"
)  # fmt: skip

RED_TEAM: dict[str, Attack] = {
    # What was found from outside before: ../cases, one by one.
    "changes mode, time, owner, attribute of a file outside": Attack(
        TRIES,
        """
        v = '{secret}'
        for act in (lambda: os.chmod(v, 0o777), lambda: os.utime(v, (1, 1)), lambda: os.chown(v, 1, 1),
                    lambda: os.setxattr(v, 'user.x', b'1'), lambda: os.chmod(os.path.dirname(v), 0o777)):
            try: act()
            except OSError: pass
        return []
        """,
    ),
    "limits and schedules the server that it was forked from": Attack(
        TRIES,
        """
        up, zero = os.getppid(), ctypes.byref(ctypes.c_int(0))
        tell(file=lambda: resource.prlimit(up, resource.RLIMIT_FSIZE, (0, 0)) or True,
             cpu=lambda: resource.prlimit(up, resource.RLIMIT_CPU, (0, 0)) or True,
             idle=lambda: libc.sched_setscheduler(up, 5, zero) == 0,
             nice=lambda: os.setpriority(os.PRIO_PROCESS, up, 19) or True,
             all=lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19) or True)
        """,
        says="file=PermissionError",
    ),
    "makes sockets by the high half of an int": Attack(
        TRIES,
        "h = 1 << 32\ntell(udp=lambda: call(41, h | 2, 2, 0), netlink=lambda: call(41, h | 16, 3, 0), "
        "raw=lambda: call(41, h | 2, 3, 255), packet=lambda: call(41, 17, h | 3, 0), unix=lambda: call(41, h | 1, 2, 0))",
        says="udp=no",
    ),
    "sends datagrams by a pair": Attack(
        "import socket", "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)", says="PermissionError"
    ),
    "holds powers of root": Attack(
        TRIES,
        """
        status = dict(line.split(':', 1) for line in open('/proc/self/status'))
        tell(capabilities=lambda: int(status['CapEff'], 16) or int(status['CapPrm'], 16),
             limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)) or True,
             user=lambda: os.getuid() != 1 and os.setuid(1) or True, iopl=lambda: call(172, 3))
        """,
        says="capabilities=no",
    ),
    "looks around in /proc": Attack(
        TRIES,
        """
        up = os.getppid()
        tell(cmdline=lambda: open(f'/proc/{up}/cmdline').read(), environ=lambda: open(f'/proc/{up}/environ').read(),
             maps=lambda: open(f'/proc/{up}/maps').read(), memory=lambda: open(f'/proc/{up}/mem', 'r+b'),
             files=lambda: os.listdir(f'/proc/{up}/fd'), first=lambda: os.listdir('/proc/1/root/etc'),
             list=lambda: os.listdir('/proc'), core=lambda: open('/proc/sys/kernel/core_pattern', 'w'))
        """,
        says="cmdline=",
    ),
    "leaves folders 3,000 levels deep": Attack(
        "import os",
        "for _ in range(3000 if not os.path.exists('d') else 0):\n    os.mkdir('d'); os.chdir('d')\nreturn []",
    ),
    "leaves folders that are closed, and names that are no text": Attack(
        "import os",
        "os.makedirs(b'\\xff\\n/\\x1b[2J', exist_ok=True)\nos.makedirs('closed/below', exist_ok=True)\n"
        "os.chmod('closed/below', 0)\nos.chmod('closed', 0)\nreturn []",
    ),
    "speaks in halves of characters": Attack("", "raise ValueError('x\\ud800y' * 50)", says="\\ud800"),
    "returns an integer that cannot be written": Attack("", "return [10**5000, -(10**9000)]"),
    "returns numbers that cannot be compared": Attack(
        "import decimal, datetime", "return [decimal.Decimal('sNaN'), float('nan'), datetime.datetime.max, 1e999]"
    ),
    "forges requests on the AWS wire": Attack(
        FIND_HOST,
        """
        out = []
        for frame in ({"x": 1}, {"aws": 5}, {"aws": ["GET", 5, {}]}, {"aws": ["G\\r\\nX: y", "https://s3.amazonaws.com/", {}]},
                      {"aws": ["GET", "https://[::1", {}]}, {"aws": ["GET", "http://127.0.0.1:{port}/.amazonaws.com", {}]},
                      {"connect": 5}, {"connect": ["127.0.0.1", {port}]}, {"connect": ["169.254.169.254", 80]}):
            answer, _ = host().exchange(frame)
            out.append('DID' if 'status' in answer or 'connected' in answer else 'no')
        raise RuntimeError(' '.join(out))
        """,
        says="no no",
    ),
    "answers with a small text that is large in memory": Attack(
        FIND_HOST + "import struct\n",
        "text = b'[' + b'[],' * 3_000_000 + b'0]'\nhost().calls.end.sendall(struct.pack('>II', len(text), 0) + text)",
        says="limit",
    ),
    # The kernel.
    "makes system calls that no submission needs": Attack(TRIES, f"tell({SYSTEM_CALLS})", says="ptrace=no"),
    "makes system calls of 32 bits": Attack(
        SHELLCODE,
        "return run(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')",
        says="ended",  # getpid by int 0x80
    ),
    "makes system calls of x32": Attack(TRIES, "tell(getpid=lambda: call(0x40000000 | 39))"),
    "writes code into its own memory": Attack(
        SHELLCODE,
        "raise RuntimeError(str(run(b'\\x31\\xc0\\xc3')))",
        says="RuntimeError",  # its own affair
    ),
    "has the kernel signal the grader": Attack(
        TRIES + FIND_HOST + "import fcntl\n",
        """
        end = host().calls.end.fileno()
        tell(owner=lambda: fcntl.fcntl(end, 8, os.getppid()) == 0, signal=lambda: fcntl.fcntl(end, 10, 9) == 0,
             lease=lambda: fcntl.fcntl(os.open('own', os.O_CREAT), 1024, 1) == 0)
        """,
        says="owner=PermissionError",
    ),
    "hands open files to the grader": Attack(
        TRIES + FIND_HOST + "import array\n",
        "rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 100))]\n"
        "tell(sent=lambda: host().calls.end.sendmsg([b'x'], rights))",
        says="sent=PermissionError",
    ),
    "puts input into a terminal": Attack(
        TRIES + "import fcntl\n",
        "tell(tty=lambda: os.open('/dev/tty', 0) >= 0, push=lambda: not fcntl.ioctl(0, 0x5412, b'x'))",
        says="push=PermissionError",
    ),
    "makes a file that runs as its owner": Attack(
        TRIES,
        "fd = os.open('s', os.O_CREAT | os.O_WRONLY, 0o755)\n"
        "try: os.fchmod(fd, 0o4755)\nexcept OSError: pass\n"
        "tell(new=lambda: os.open('t', os.O_CREAT, 0o4755) >= 0, suid=lambda: os.stat('s').st_mode & 0o4000)",
        says="suid=no",
    ),
    "leaves by links, old roots and parents": Attack(
        TRIES,
        """
        names = ('/proc/self/root{secret}', '/proc/1/root{secret}', '/proc/self/cwd/../../../../../..{secret}',
                 '/proc/self/task/1/root{secret}', '/dev/fd/../../..{secret}', '/../..{secret}')
        tell(**{f'n{n}': (lambda name=name: open(name).read()) for n, name in enumerate(names)},
             link=lambda: os.link('{secret}', 'l') or True, symlink=lambda: os.symlink('{secret}', 's') or True,
             rename=lambda: os.rename('{secret}', 'r') or True, unlink=lambda: os.unlink('{secret}') or True,
             node=lambda: os.mknod('n', 0o060600, os.makedev(254, 0)) or True)
        """,
        says="n0=",
    ),
    "moves its folder away from under the check": Attack(
        "import os",
        "here = os.getcwd()\ntry: os.rename(here, here + '-moved'); os.mkdir(here)\nexcept OSError: pass\nreturn []",
    ),
    "looks for other submissions": Attack(
        TRIES,
        """
        def others():
            found = []
            for place in ('..', '../..', '../../..', '../../../..', '/tmp', '/var/tmp', '/dev/shm'):
                for folder, below, names in os.walk(place):
                    found += [n for n in names if n.endswith(('.py', '.ini', '.json')) and open(f'{folder}/{n}').read()]
            return found
        tell(others=others)
        """,
        says="others=no",
    ),
    "changes the file that it was loaded from": Attack(
        TRIES,
        "tell(write=lambda: open(__file__, 'a').write('x'), gone=lambda: os.unlink(__file__) or True)",
        says="write=",
    ),
    "opens all files and starts all threads there are": Attack(
        "import os, threading",
        "try:\n    while True: os.dup(0)\nexcept OSError: pass\n"
        "try:\n    while True: threading.Thread(target=threading.Event().wait, args=(3,), daemon=True).start()\n"
        "except RuntimeError: pass\nreturn []",
    ),
    "fills the disk with files that are each allowed": Attack(
        "",
        "data = bytes(60 << 20)\nfor n in range(40): open(f'f{n}', 'wb').write(data)\nwhile True: pass",
        says="on disk",
    ),
    "closes and exchanges the wires": Attack(
        "import os", "for n in range(3, 64):\n    try: os.dup2(0, n)\n    except OSError: pass\nreturn []", says="ended"
    ),
    # The verdict.
    "remembers what other checks asked": Attack(
        "SEEN = []", "SEEN.append(arguments)\nreturn [text for one in SEEN for text in one if isinstance(text, str)]"
    ),
    "predicts what the seed draws": Attack(
        "",
        """
        import random
        from day89.course.checks.fake_data import Names
        return [Names(seed, 'test_lists_the_keys_under_a_prefix').word() for seed in range(1000)]
        """,
    ),
    "hooks the imports of whoever comes after": Attack(
        """
        import sys
        class Finder:
            def find_spec(self, *names): sys.stdout.write('DID')
        sys.meta_path.insert(0, Finder())
        sys.path_hooks.insert(0, lambda path: (_ for _ in ()).throw(ImportError()))
        sys.modules['day89.course.checks.expectations'] = sys.modules['pytest'] = Finder()
        """,
        "return []",
    ),
    "returns what runs code when it is unpickled": Attack(
        "class Pickle(str):\n    def __reduce__(self): import os; return os.mkdir, ('{canary}',)",
        "return [Pickle('a'), Pickle]",
    ),
    "returns an app that answers by force": Attack(
        "import flask",
        "app = flask.Flask('x')\napp.wsgi_app = lambda environ, start: start('200 OK', [('X', '\\r\\nY: z')]) or [b'x'] * 10**6\n"
        "return app",
    ),
    "calls its error what the grader calls its own": Attack(
        "class NotStarted(BaseException): pass\nclass Gone(NotStarted): timed_out = False\nclass Wrong(AssertionError): mistake = 'L2'",
        "raise (NotStarted('x') if keywords else Wrong('passed'))",
    ),
    "has an error without end": Attack(
        "class Loop(Exception):\n    __str__ = lambda self: 'x' * (50 << 20)\n    @property\n    def __cause__(self): return self",
        "raise Loop()",
    ),
    "raises what is no error of ours": Attack(
        "class Meta(type):\n    __name__ = property(lambda self: 5)\n    mro = lambda self: [self, Exception, BaseException, object]\n"
        "class Odd(Exception, metaclass=Meta): pass",
        "raise Odd()",
        says="it raised 5",
    ),
    "traces and profiles what calls it": Attack(
        "import sys, threading\nsys.settrace(lambda frame, event, what: frame.f_locals.clear())\n"
        "sys.setprofile(lambda frame, event, what: frame.f_globals.update(passed=True))",
        "return []",
        status="killed",
    ),
    "answers before it is asked": Attack(
        FIND_HOST, "for one in wires():\n    for n in range(50): one.send({'value': [str(n)]})\nreturn []"
    ),
    # The cloud.
    "deletes what the check has made, and finds nothing": Attack(
        "",
        """
        s3 = arguments[0]
        for bucket in s3.list_buckets()['Buckets']:
            for one in s3.list_objects_v2(Bucket=bucket['Name']).get('Contents', []):
                s3.delete_object(Bucket=bucket['Name'], Key=one['Key'])
            s3.delete_bucket(Bucket=bucket['Name'])
        return []
        """,
    ),
    "lists by a presigned URL": Attack(
        "import urllib.request",
        "url = arguments[0].generate_presigned_url('list_objects_v2', Params={'Bucket': arguments[1]})\n"
        "return urllib.request.urlopen(url, timeout=2).read()",
        says="rror",
    ),
    "gives itself every right": Attack(
        "import boto3",
        """
        iam = boto3.client('iam')
        iam.create_user(UserName='me')
        iam.attach_user_policy(UserName='me', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')
        key = iam.create_access_key(UserName='me')['AccessKey']
        boto3.client('sts').assume_role(RoleArn='arn:aws:iam::123456789012:role/grader', RoleSessionName='x')
        return []
        """,
    ),
    "asks for services that run code": Attack(
        TRIES + "import boto3\n",
        """
        def of(service, method, **words): return lambda: getattr(boto3.client(service, 'us-east-1'), method)(**words)
        tell(functions=of('lambda', 'list_functions'), stacks=of('cloudformation', 'list_stacks'), keys=of('kms', 'list_keys'),
             secrets=of('secretsmanager', 'list_secrets'), jobs=of('batch', 'list_jobs', jobQueue='x'),
             rules=of('events', 'list_rules'), mail=of('ses', 'list_identities'))
        """,
        says="functions=ClientError",
    ),
    "launches a thousand instances": Attack(
        "import boto3",
        "boto3.client('ec2', 'us-east-1').run_instances(ImageId='ami-12345678', MinCount=1000, MaxCount=1000)",
        says="rror",
    ),
    "sends XML that grows in the parser": Attack(
        FIND_HOST,
        f"xml = {XML_BOMB!r}.encode()\n"
        "url = f'https://{arguments[1]}.s3.amazonaws.com/?lifecycle'\n"
        "return [str(host().exchange({'aws': ['PUT', url, {'Content-Length': str(len(xml))}]}, xml))[:200]]",
    ),
    "sends a pattern that takes for ever": Attack(
        "import boto3",
        "boto3.client('ec2', 'us-east-1').describe_images(Filters=[{'Name': 'name', 'Values': ['*a' * 40 + 'b']}])\nreturn []",
    ),
    "uploads what is larger than memory": Attack(
        FIND_HOST,
        "host().exchange({'aws': ['PUT', f'https://{arguments[1]}.s3.amazonaws.com/x', {}]}, bytes(65 << 20))",
        says="limit",
    ),
    "names keys as if they were paths": Attack(
        "",
        "s3 = arguments[0]\nfor key in ('../../../../tmp/x', '/etc/passwd', '{canary}', 'a\\0b', '..'):\n"
        "    s3.put_object(Bucket=arguments[1], Key=key, Body=b'harm')\nreturn []",
    ),
}
