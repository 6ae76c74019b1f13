"""Hold what ``systemd-run`` and ``systemctl`` do on an instance: start a program that outlives the script.

https://www.freedesktop.org/software/systemd/man/latest/systemd-run.html
https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
"""

from __future__ import annotations

__all__ = ["SYSTEMCTL", "SYSTEMD_RUN"]

SYSTEMD_RUN = """directory=/; foreground=
while [ $# -gt 0 ]; do
  case "$1" in
    --working-directory=*|--property=WorkingDirectory=*|-pWorkingDirectory=*) directory=${1##*=}; shift;;
    --working-directory) directory=$2; shift 2;;
    --setenv=*) export "${1#*=}"; shift;;
    -E|--setenv) export "$2"; shift 2;;
    -p|--property) case "$2" in WorkingDirectory=*) directory=${2#*=};; esac; shift 2;;
    -u|--unit|--uid|--gid|--description|--slice|--nice|-M|-H) shift 2;;
    --wait|--scope|--pty|-t|--pipe|-P) foreground=1; shift;;
    -d|--same-dir) directory=.; shift;;
    --) shift; break;;
    -*) shift;;
    *) break;;
  esac
done
[ $# -eq 0 ] && exit 0
cd "$directory" || exit 1
[ -n "$foreground" ] && exec "$@"
echo "Running as unit: run-$$.service"
setsid "$@" >> "$DAY89_RUN/journal.log" 2>&1 < /dev/null &
"""

# A unit that nobody has written here (docker, nginx, ...) is started as little as it is installed: that succeeds.
SYSTEMCTL = """case " $* " in
  *" is-active "*) echo active; exit 0;;
  *" is-enabled "*) echo enabled; exit 0;;
  *" poweroff "*|*" halt "*) exec poweroff;;
  *" reboot "*) exec reboot;;
  *" start "*|*" restart "*|*" --now "*) ;;
  *) exit 0;;
esac
lines() { sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$file"; }
for word in "$@"; do
  file=/etc/systemd/system/${word%.service}.service
  [ -f "$file" ] || continue
  (
    eval "$(lines Environment | sed 's/^/export /')"
    for variables in $(lines EnvironmentFile); do set -a; . "${variables#-}"; set +a; done
    directory=$(lines WorkingDirectory | tail -n 1)
    cd "${directory:-/}" || exit 1
    command=$(lines ExecStart | tail -n 1)
    eval "setsid ${command#-}" >> "$DAY89_RUN/journal.log" 2>&1 < /dev/null &
  )
done
exit 0
"""
