"""Provide ``systemd-run`` and ``systemctl`` on an instance: start a program that outlives the script.

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
# What a unit prints goes to the journal; to the console too only where the unit says so, as on an instance.
SYSTEMCTL = """case " $* " in
  *" is-active "*) echo active; exit 0;;
  *" is-enabled "*) echo enabled; exit 0;;
  *" poweroff "*|*" halt "*) exec poweroff;;
  *" reboot "*) exec reboot;;
  *" start "*|*" restart "*|*" --now "*) ;;
  *) exit 0;;
esac
whole() { sed -e ':a' -e '/\\\\$/N; s/\\\\\\n/ /; ta' "$file"; }
lines() { whole | sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p"; }
last() { lines "$1" | tail -n 1; }
run() { lines "$1" | while IFS= read -r command; do
    case $command in -*) eval "${command#-}" < /dev/null || true;; *) eval "$command" < /dev/null || return;; esac
  done; }
unit() {
  eval "$(lines Environment | sed 's/^/export /')"
  for variables in $(lines EnvironmentFile); do set -a; . "${variables#-}"; set +a; done
  directory=$(last WorkingDirectory)
  cd "${directory:-/}" && run ExecStartPre || return
  tries=0
  while :; do
    run ExecStart; status=$?
    case $(last Restart) in always) ;; on-failure|on-abnormal) [ $status = 0 ] && break;; *) break;; esac
    tries=$((tries + 1)); [ $tries = 5 ] && break
    pause=$(last RestartSec); sleep "${pause:-0.1}"
  done
  run ExecStopPost
  [ $status = 0 ] && action=$(last SuccessAction) || action=$(last FailureAction)
  case $action in poweroff*|reboot*) "${action%%-*}";; esac
  return $status
}
status=0
for word in "$@"; do
  file=/etc/systemd/system/${word%.service}.service
  [ -f "$file" ] || continue
  case "$(last StandardOutput) $(last StandardError)" in
    *console*|*tty*|*kmsg*) exec 3> "$DAY89_RUN/console";;
    *:/*) out=$({ last StandardOutput; last StandardError; } | grep -m 1 :/); exec 3>> "/${out#*:/}";;
    *) exec 3>> "$DAY89_RUN/journal.log";;
  esac
  case $(last Type) in
    oneshot) ( unit ) >&3 2>&1 3>&- < /dev/null || status=1;;
    *) ( unit ) >&3 2>&1 3>&- < /dev/null & ;;
  esac
done
exit $status
"""
