"""Hold submissions that solve nothing and try to be paid all the same, or to do harm. All are bounded and harmless."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from day89.course.exercise.tasks import tasks

__all__ = ["ATTACKS", "Attack", "source"]


@dataclass(frozen=True)
class Attack:
    """Describe one hostile submission.

    Attributes:
        prelude: code at the top of the file.
        body: body of each of the 20 functions.
        says: text that the report on it must hold, or "" where its failure needs no words of its own.
        status: status of the submission.
    """

    prelude: str = ""
    body: str = "raise RuntimeError('nothing here')"
    says: str = ""
    status: str = "graded"


def source(attack: Attack, places: Mapping[str, object]) -> str:
    """Return the text of a submission in which every task is answered by the attack.

    Args:
        attack: what it does.
        places: what stands for ``{canary}``, ``{checks}``, ``{secret}`` and ``{port}`` in its text.
    """
    body = textwrap.indent(textwrap.dedent(attack.body).strip(), "    ")
    functions = [
        f"def {task.function}(*arguments, **keywords):\n{body}\n".replace("{function}", task.function)
        for task in tasks()
    ]
    text = "\n\n".join([textwrap.dedent(attack.prelude).strip(), *functions])
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", str(place))
    return text


EQUAL = """
class Anything(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __contains__(self, other): return True
    def __bool__(self): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **keywords): return self
    def __iter__(self): return iter(())
    def __len__(self): return 0
"""
FIND_ANSWERS = """
import glob, os, sys
def answers():
    import day89
    package = os.path.dirname(day89.__file__)
    places = {os.path.dirname(package), package, *sys.path, os.getcwd(), "/"}
    for place in places:
        for pattern in ("solution.py", "_files/solution.py", "*/solution.py"):
            for path in glob.glob(os.path.join(place, pattern)):
                space = {"__name__": "answers", "__file__": path}
                exec(compile(open(path).read(), path, "exec"), space)
                return space
"""

ATTACKS: dict[str, Attack] = {
    # Leaving.
    "exits at once when imported": Attack("import os\nos._exit(0)", status="killed", says="ended"),
    "leaves politely when imported": Attack("import sys\nsys.exit(0)", status="unreadable", says="SystemExit"),
    "exits inside a call": Attack("import os", "os._exit(0)", says="ended"),
    "leaves politely inside a call": Attack("import sys", "sys.exit(0)", says="SystemExit"),
    "interrupts inside a call": Attack("", "raise KeyboardInterrupt", says="KeyboardInterrupt"),
    "exits when the interpreter ends": Attack("import atexit, os\natexit.register(os._exit, 0)", "return None"),
    "raises a BaseException of its own": Attack("class End(BaseException): pass", "raise End('over')", says="End"),
    "ends its own process by a signal": Attack("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
    "crashes the interpreter": Attack("import ctypes", "ctypes.string_at(0)", says="ended"),
    # Going on for ever.
    "loops inside a call": Attack("", "while True: pass", says="seconds"),
    "loops and swallows what would stop it": Attack(
        "import time",
        """
        while True:
            try: time.sleep(1)
            except BaseException: pass
        """,
        says="seconds",
    ),
    "loops when it is imported": Attack("while True: pass", status="timeout", says="import"),
    "recurses without end": Attack("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()", "return f()"),
    "sleeps": Attack("import threading", "threading.Event().wait(10**6)", says="still running"),
    "calls AWS for ever": Attack(
        "import boto3", "s3 = boto3.client('s3')\nwhile True: s3.list_buckets()", says="seconds"
    ),
    # Taking too much.
    "takes private memory": Attack("", "return bytearray(8 << 30)", says="MemoryError"),
    "takes shared memory": Attack("import mmap", "return len(mmap.mmap(-1, 3 << 30))"),
    "starts processes": Attack("import os", "return [os.fork() for _ in range(6)]", says="PermissionError"),
    "starts threads": Attack(
        "import threading, time",
        "[threading.Thread(target=time.sleep, args=(2,), daemon=True).start() for _ in range(300)]",
    ),
    "prints a flood": Attack("", "for _ in range(40): print('x' * (1 << 20))"),
    "writes a huge file": Attack("", "open('big', 'wb').write(bytes(256 << 20))", says="OSError"),
    "writes many files": Attack("", "for n in range(500): open(f'f{n}', 'w').close()"),
    "returns a huge value": Attack("", "return 'x' * (80 << 20)"),
    "returns an endless generator": Attack("import itertools", "return itertools.count()"),
    "returns a deep value": Attack("", "value = []\nfor _ in range(5000): value = [value]\nreturn value"),
    # Harming what is outside.
    "signals its parent": Attack("import os, signal", "os.kill(os.getppid(), signal.SIGTERM)", says="PermissionError"),
    "signals everything": Attack("import os, signal", "os.kill(-1, signal.SIGCONT)", says="PermissionError"),
    "runs a program": Attack("import subprocess", "subprocess.run(['touch', '{canary}'])", says="PermissionError"),
    "leaves a process behind": Attack("import subprocess", "subprocess.Popen(['sleep', '30'])", says="PermissionError"),
    "writes outside its folder": Attack("", "open('{canary}', 'w').write('harm')", says="rror"),
    "writes where the checks are": Attack("import os", "open('{checks}/conftest.py', 'a').write('harm')", says="rror"),
    "connects to a server on this machine": Attack(
        "import socket", "socket.create_connection(('127.0.0.1', {port}), 2).send(b'secret')", says="ConnectionRefused"
    ),
    "connects past Python": Attack(
        "import _socket",
        "s = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)\n_socket.socket.connect(s, ('127.0.0.1', {port}))",
        says="PermissionError",
    ),
    "asks the real AWS": Attack(
        "import urllib.request", "urllib.request.urlopen('https://s3.amazonaws.com/', timeout=2)", says="rror"
    ),
    "asks the metadata address": Attack(
        "import urllib.request",
        "urllib.request.urlopen('http://169.254.169.254/latest/meta-data/', timeout=2)",
        says="rror",
    ),
    "asks another endpoint through boto3": Attack(
        "import boto3", "boto3.client('s3', endpoint_url='http://127.0.0.1:{port}').list_buckets()", says="Endpoint"
    ),
    "runs code in the cloud by a template": Attack(
        "import boto3",
        """
        template = "Resources: {a: !!python/object/apply:os.mkdir ['{canary}']}"
        boto3.client('cloudformation', 'us-east-1').create_stack(StackName='x', TemplateBody=template)
        """,
        says="AccessDenied",
    ),
    "makes the cloud call out": Attack(
        "import boto3",
        """
        sns = boto3.client('sns', 'us-east-1')
        topic = sns.create_topic(Name='t')['TopicArn']
        sns.subscribe(TopicArn=topic, Protocol='http', Endpoint='http://127.0.0.1:{port}/')
        """,
        says="AccessDenied",
    ),
    "resets the cloud": Attack(
        "import urllib.request",
        "urllib.request.urlopen(urllib.request.Request('http://motoapi.amazonaws.com/moto-api/reset', method='POST'))",
        says="rror",
    ),
    # Looking where the answers are.
    "reads the answers by path": Attack(FIND_ANSWERS, "return answers()['{function}'](*arguments, **keywords)"),
    "imports the answers": Attack("", "import solution\nreturn solution.{function}(*arguments, **keywords)"),
    "reads the checks": Attack("import os", "return os.listdir('{checks}')", says="rror"),
    "reads a secret of the grader": Attack("", "return open('{secret}').read()", says="rror"),
    "looks through the frames": Attack(
        "import sys",
        """
        frame = sys._getframe()
        while frame:
            for name, value in frame.f_locals.items():
                if name in ("expected", "bucket", "keys"): return value
            frame = frame.f_back
        """,
    ),
    "looks through the memory": Attack(
        "import gc, types",
        """
        for one in gc.get_objects():
            if isinstance(one, types.FunctionType) and one.__name__ == '{function}' and one.__module__ != 'exercise':
                return one(*arguments, **keywords)
        """,
    ),
    # Forging.
    "returns what equals everything": Attack(EQUAL, "return Anything()"),
    "lies about its class": Attack(
        "class Liar:\n    __class__ = property(lambda self: str)\n    def __eq__(self, other): return True",
        "return Liar()",
    ),
    "patches the test framework": Attack(
        """
        try:
            import _pytest.reports, _pytest.runner, day89.course.checks.expectations as checking
            _pytest.reports.TestReport.outcome = property(lambda self: 'passed', lambda self, value: None)
            checking.Wrong.__init__ = lambda self, *arguments: None
        except Exception: pass
        """,
        "return None",
    ),
    "patches boto3": Attack(
        "import boto3, botocore.client\nbotocore.client.BaseClient._make_api_call = lambda self, name, parameters: {}",
        "return arguments[0].list_buckets()",
    ),
    "patches the built-ins": Attack(
        """
        import builtins
        builtins.isinstance = lambda *a: True
        builtins.all = lambda *a: True
        builtins.len = lambda a: 0
        """,
        "return ''",
        status="killed",
    ),
    "patches time and json": Attack(
        "import json, time\ntime.monotonic = time.time = lambda: 0.0\njson.dumps = lambda *a, **k: '{\"value\": true}'",
        "return None",
    ),
    "writes results to whatever is open": Attack(
        """
        import json, os
        event = {"event": "end", "id": "x", "seconds": 0, "told": {"outcome": "passed"}}
        line = (json.dumps(event) + "\\n").encode()
        for number in range(64):
            try: os.write(number, line)
            except OSError: pass
        """,
        "return None",
        status="killed",
    ),
    "writes frames to the grader": Attack(
        """
        import gc
        def forge(count):
            for one in gc.get_objects():
                if type(one).__name__ == 'Wire':
                    try: [one.send({"value": True}) for _ in range(count)]
                    except Exception: pass
        """,
        "forge(3)\nreturn True",
    ),
    "sends a frame that never ends": Attack(
        """
        import gc, struct
        def forge():
            for one in gc.get_objects():
                if type(one).__name__ == 'Wire':
                    try: one.end.sendall(struct.pack('>II', 2**32 - 1, 2**32 - 1))
                    except OSError: pass
        """,
        "forge()",
        says="limit",
    ),
    "writes a result file": Attack(
        "import json\nfor place in ('results.json', '../results.json', '../../results.json'):\n"
        "    try: open(place, 'w').write(json.dumps({'score': 100}))\n    except OSError: pass",
        "return None",
    ),
    # Writing on the report.
    "puts HTML into its error": Attack("", "raise ValueError('<img src=x onerror=alert(1)>')", says="<img"),
    "puts terminal codes into its error": Attack(
        "", "raise ValueError('\\x1b[2J\\x1b]0;owned\\x07')", says="ValueError"
    ),
    "puts commands of a CI service into its error": Attack(
        "", "raise ValueError('::error::x\\n::set-output name=a::b')"
    ),
    "turns the text around": Attack("", "raise ValueError('\\u202e\\u2066drowssap')", says="ValueError"),
    "has an error that cannot be shown": Attack(
        "class Bad(Exception):\n    def __str__(self): raise SystemExit(0)\n    __repr__ = __str__",
        "raise Bad()",
        says="Bad",
    ),
}
