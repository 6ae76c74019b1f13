#!/usr/bin/env bash
# Runs once, when Gradescope builds the container: a Python that day89 runs on, and day89 from the wheels beside this.
set -euo pipefail
cd "$(dirname "$0")"

python=
for one in python@PYTHON@ "$PWD"/python/bin/python3; do
    if command -v "$one" >/dev/null 2>&1; then python=$(command -v "$one"); break; fi
done
if [ -z "$python" ]; then
    # Gradescope's image has Python 3.10; uv, whose wheel is here, brings one. Building has the network.
    if ! command -v pip3 >/dev/null 2>&1; then apt-get update && apt-get install -y python3-pip; fi
    pip3 install --no-index --find-links wheels --target uv uv
    export UV_PYTHON_INSTALL_DIR=$PWD/python
    uv/bin/uv python install --quiet @PYTHON@
    python=$(uv/bin/uv python find @PYTHON@)
fi

"$python" -m venv .venv
.venv/bin/python -m pip install --no-index --find-links wheels --require-hashes -r requirements.txt
.venv/bin/python -c "import day89.course.autograder.gradescope"
