#!/bin/sh
# Whatever happens below, a result is there: one that costs no attempt.
root=${GRADE_ROOT:-/grade}
mkdir -p "$root/results"
cat >"$root/results/results.json" <<'JSON'
{"gradable": false, "format_errors": ["The autograder itself has failed, this is not your fault: tell your teacher."]}
JSON
exec "${DAY89_PYTHON:-python}" -m day89.course.autograder.prairielearn "$root"
