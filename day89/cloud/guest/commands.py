"""Write the commands that an instance finds first in its PATH: small shell scripts that need no network and no root.

Each logs what it was asked to ``$DAY89_RUN/commands.log``. They are shared by all instances of a fleet; which instance
calls is in its environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from day89.cloud.guest.systemd import SYSTEMCTL, SYSTEMD_RUN

__all__ = ["ABSOLUTE", "BASH_ENV", "write_commands"]

BASH_ENV = "day89-bash-env"
LOG = 'echo "$(basename "$0") $*" >> "$DAY89_RUN/commands.log"\n'

# Commands that change a machine which is thrown away anyway: they succeed, and are logged.
SUCCEED = """
    dnf yum microdnf apt apt-get apt-key add-apt-repository dpkg rpm snap yum-config-manager amazon-linux-extras
    systemctl service chkconfig update-rc.d hostnamectl timedatectl ufw firewall-cmd iptables setenforce sysctl
    useradd usermod userdel groupadd adduser passwd chpasswd chown chgrp mount umount swapon modprobe loginctl
    ldconfig locale-gen update-alternatives alternatives cfn-signal cfn-init amazon-cloudwatch-agent-ctl
"""
POWER = {"shutdown": "", "poweroff": "poweroff", "halt": "poweroff", "reboot": "reboot"}

# While the user data runs a minute is a minute, so that a shutdown in half an hour is the safety net that it is meant
# to be; once it has ended, a minute takes a second.
SHUTDOWN = """action=poweroff; delay=60; scheduled=$DAY89_RUN/scheduled
cancel() { [ ! -s "$scheduled" ] || kill "$(cat "$scheduled")" 2>/dev/null; rm -f "$scheduled"; }
for word in "$@"; do
  case "$word" in
    -r|--reboot) action=reboot;;
    -c) cancel; exit 0;;
    -k) exit 0;;
    now|+0|0) delay=0;;
    +[0-9]*|[0-9]|[0-9][0-9]) delay=$((${word#+} * 60));;
  esac
done
cancel
if [ "$delay" -gt 0 ]; then
  ( while [ "$delay" -gt 0 ]; do
      sleep 1
      if [ -e "$DAY89_RUN/ended" ]; then delay=$((delay - 60)); else delay=$((delay - 1)); fi
    done
    echo "$action" > "$DAY89_RUN/control" ) >/dev/null 2>&1 </dev/null &
  echo $! > "$scheduled"
  echo "Shutdown scheduled, use 'shutdown -c' to cancel." >&2
  exit 0
fi
echo "$action" > "$DAY89_RUN/control"
"""

LOGGER = """tag=root; show=; file=
while [ $# -gt 0 ]; do
  case "$1" in
    -t|--tag) tag=$2; shift 2;;
    --tag=*) tag=${1#*=}; shift;;
    -f|--file) file=$2; shift 2;;
    -p|--priority|-n|--server|-P|--port|-u|--socket) shift 2;;
    -s|--stderr) show=1; shift;;
    --) shift; break;;
    -*) case "$1" in -*s*) show=1;; esac; shift;;
    *) break;;
  esac
done
say() { echo "$tag: $1" >> "$DAY89_RUN/journal.log"; [ -z "$show" ] || echo "$tag: $1" >&2; }
if [ $# -gt 0 ]; then say "$*"; exit 0; fi
[ -z "$file" ] || exec < "$file"
while IFS= read -r line || [ -n "$line" ]; do say "$line"; done
"""

SUDO = """while [ $# -gt 0 ]; do
  case "$1" in
    -u|-g|-U|-C|-h|-p|-D|-R|-T|--user|--group) shift 2;;
    --) shift; break;;
    -i|-s|--login|--shell) shift; [ $# -eq 0 ] && set -- bash; break;;
    -*) shift;;
    *=*) export "$1"; shift;;
    *) break;;
  esac
done
[ $# -eq 0 ] && exit 0
exec "$@"
"""

SU = """command=
while [ $# -gt 0 ]; do
  case "$1" in
    -c|--command) command=$2; shift 2;;
    -s|--shell|-g|-u) shift 2;;
    --) shift; [ $# -gt 0 ] && exec "$@"; break;;
    *) shift;;
  esac
done
[ -z "$command" ] || exec bash -c "$command"
"""

PIP = """case "$1" in
  install) shift
    for word in "$@"; do case "$word" in -*) ;; *) echo "Requirement already satisfied: $word";; esac; done;;
  --version|-V) echo "pip 24.0 from the local cloud (python 3)";;
  list|freeze|show) exec "$DAY89_PYTHON" -m pip "$@" 2>/dev/null;;
esac
exit 0
"""

PYTHON = """if [ "$1" = -m ]; then
  case "$2" in
    pip|ensurepip) shift 2; exec "{folder}/pip" "$@";;
    venv|virtualenv) shift 2; exec "{folder}/virtualenv" "$@";;
  esac
fi
if [ -S "$DAY89_RUN/python.sock" ]; then
  exec "$DAY89_PYTHON" -I -S "{client}" "$DAY89_RUN/python.sock" python3 "$@"
fi
exec "$DAY89_PYTHON" "$@"
"""

AWS = """if [ -S "$DAY89_RUN/python.sock" ]; then
  exec "$DAY89_PYTHON" -I -S "{client}" "$DAY89_RUN/python.sock" aws "$@"
fi
exec "$DAY89_PYTHON" "{package}" aws "$@"
"""

VENV = """for target in "$@"; do case "$target" in -*) ;; *) break;; esac; done
mkdir -p "$target/bin"
for name in python python3 pip pip3; do ln -sf "{folder}/$name" "$target/bin/$name"; done
for file in "{folder}"/*; do
  [ -e "$target/bin/${{file##*/}}" ] || ln -sf "$file" "$target/bin/${{file##*/}}"
done
printf 'VIRTUAL_ENV=%s; export VIRTUAL_ENV; PATH="$VIRTUAL_ENV/bin:$PATH"; deactivate() {{ :; }}\\n' \\
  "$(cd "$target" && pwd)" > "$target/bin/activate"
"""

# curl's own --connect-to sends the fixed addresses of an instance to where they are here.
CURL = """for real in /usr/bin/curl /bin/curl /usr/local/bin/curl; do [ -x "$real" ] && break; done
endpoint=${AWS_ENDPOINT_URL##*:}; here=${DAY89_ADDRESS:-127.0.0.1}
port=$(printf '%s' "$*" | sed -nE 's#.*(localhost|127\\.0\\.0\\.1):([0-9]+).*#\\2#p')
if [ -n "$port" ] && [ -n "$DAY89_LOCALHOST" ] && (exec 3<>"/dev/tcp/$DAY89_LOCALHOST/$port") 2>/dev/null
then here=$DAY89_LOCALHOST; fi
exec "$real" --noproxy '*' --connect-to "169.254.169.254:80:$DAY89_METADATA" \\
  --connect-to "127.0.0.1:$endpoint:127.0.0.1:$endpoint" --connect-to "localhost:$endpoint:127.0.0.1:$endpoint" \\
  --connect-to "localhost::$here:" --connect-to "127.0.0.1::$here:" "$@"
"""

WGET = """for real in /usr/bin/wget /bin/wget /usr/local/bin/wget; do [ -x "$real" ] && break; done
words=()
for word in "$@"; do
  word=${word//169.254.169.254/$DAY89_METADATA}
  words+=("$word")
done
exec "$real" --no-proxy "${words[@]}"
"""

METADATA = """base="http://$DAY89_METADATA/latest"
token=$("{folder}/curl" -s -X PUT "$base/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 60")
get() {{ "{folder}/curl" -s -f -H "X-aws-ec2-metadata-token: $token" "$base/$1"; }}
case "$1" in
  -i|--instance-id) echo "instance-id: $(get meta-data/instance-id)";;
  -t|--instance-type) echo "instance-type: $(get meta-data/instance-type)";;
  -z|--availability-zone) echo "placement: $(get meta-data/placement/availability-zone)";;
  -R|--region) echo "region: $(get meta-data/placement/region)";;
  -o|--local-ipv4) echo "local-ipv4: $(get meta-data/local-ipv4)";;
  -v|--public-ipv4) echo "public-ipv4: $(get meta-data/public-ipv4)";;
  -a|--ami-id) echo "ami-id: $(get meta-data/ami-id)";;
  *) echo "usage: ec2-metadata -i|-t|-z|-R|-o|-v|-a" >&2; exit 1;;
esac
"""

HOSTNAME = """name=ip-$(printf '%s' "${DAY89_ADDRESS:-127.0.0.1}" | tr . -)
case "$1" in
  -i|-I|--ip-address|--all-ip-addresses) echo "${DAY89_ADDRESS:-127.0.0.1}";;
  -f|--fqdn|--long) echo "$name.ec2.internal";;
  -d|--domain) echo ec2.internal;;
  ''|-s|--short) echo "$name";;
esac
"""

# What a script may name by its path on Amazon Linux or Ubuntu. Above all: /sbin/shutdown must not reach this machine.
ABSOLUTE = {
    "/sbin/": ("shutdown", "poweroff", "halt", "reboot", "service", "init"),
    "/usr/sbin/": ("shutdown", "poweroff", "halt", "reboot", "useradd", "usermod", "groupadd"),
    "/bin/": ("systemctl", "systemd-run", "su", "chown"),
    "/usr/bin/": (
        "python3", "python", "pip", "pip3", "aws", "curl", "wget", "sudo", "yum", "dnf", "apt-get", "apt", "systemctl",
        "systemd-run",
        "cloud-init", "ec2-metadata", "hostname", "logger",
    ),
    "/usr/local/bin/": ("aws", "pip", "pip3", "python3"),
}  # fmt: skip

# Programs that start another one, which bash itself does not look up.
STARTERS = ("nohup", "setsid", "sudo", "timeout", "env", "nice")
STARTER = """{starter}() {{
  local word words=()
  for word; do case $word in {paths}) word="{folder}/${{word##*/}}";; esac; words+=("$word"); done
  command {starter} "${{words[@]}}"
}}"""


def write_commands(folder: Path, package: Path) -> None:
    """Write all commands.

    Args:
        folder: where to, made if need be.
        package: the folder of the instance-side programs, ``day89/cloud/guest``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {"folder": str(folder), "client": str(package / "python_client.py"), "package": str(package)}
    for name in SUCCEED.split():
        _write(folder / name, LOG + "exit 0\n")
    for name, action in POWER.items():
        _write(folder / name, LOG + (f'echo {action} > "$DAY89_RUN/control"\n' if action else SHUTDOWN))
    _write(folder / "init", LOG + 'case "$1" in 0) exec poweroff;; 6) exec reboot;; esac\n')
    texts = {"sudo": SUDO, "su": SU, "runuser": SU, "pip": LOG + PIP, "pip3": LOG + PIP, "virtualenv": VENV}
    texts |= {"python3": PYTHON, "python": PYTHON, f"python3.{sys.version_info.minor}": PYTHON, "aws": AWS}
    texts |= {"logger": LOGGER, "systemd-run": LOG + SYSTEMD_RUN}
    texts |= {"ec2-metadata": METADATA, "cloud-init": 'echo "status: done"\n', "hostname": HOSTNAME}
    for name, text in texts.items():
        _write(folder / name, text.format(**names) if text in {PYTHON, AWS, VENV, METADATA} else text)
    _write(folder / "systemctl", LOG + SYSTEMCTL, "/bin/bash")  # bash, for the absolute paths that units name
    _write(folder / "curl", CURL, "/bin/bash")
    _write(folder / "wget", WGET, "/bin/bash")
    _write_programs(folder)
    (folder / BASH_ENV).write_text(_functions(folder))


def _write_programs(folder: Path) -> None:
    """Give the commands of this interpreter's packages (flask, waitress-serve, gunicorn, ...) the warm interpreter."""
    for program in Path(sys.executable).parent.iterdir():
        if not program.is_file() or (folder / program.name).exists() or program.name.startswith(("python", "pip")):
            continue
        with program.open("rb") as file:
            first = file.readline(256)
        if first.startswith(b"#!") and b"python" in first:
            _write(folder / program.name, f'exec "{folder}/python3" "{program}" "$@"\n')


def _functions(folder: Path) -> str:
    """Return bash functions that stand for absolute paths; bash reads them before each script (BASH_ENV)."""
    lines = [f'{place}{name}() {{ "{folder}/{name}" "$@"; }}' for place, names in ABSOLUTE.items() for name in names]
    paths = "|".join(f"{place}{name}" for place, names in ABSOLUTE.items() for name in names)
    lines += [STARTER.format(starter=name, paths=paths, folder=folder) for name in STARTERS]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str, shell: str = "/bin/sh") -> None:
    path.write_text(f"#!{shell}\n{text}")
    path.chmod(0o755)


def environment(commands: Path, run: str, home: str) -> dict[str, str]:
    """Return the part of an instance's environment that is the same for all: built from nothing.

    Args:
        commands: the folder of these commands.
        run: the instance's folder of pipes and sockets, as the instance sees it.
        home: its home folder, as it sees it.
    """
    system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {
        "PATH": os.pathsep.join([str(commands), system]),
        "HOME": home,
        "USER": "root",
        "LOGNAME": "root",
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "BASH_ENV": str(commands / BASH_ENV),
        "DAY89_RUN": run,
        "DAY89_PYTHON": sys.executable,
        "PYTHONPATH": str(Path(__file__).parent / "site"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
