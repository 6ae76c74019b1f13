# Two commands that need only git, Python and make: they build the virtual environment themselves, once.
#   make grade               grade exercise.py (another file: make grade FILE=other.py)
#   make test                run the project's own suite (some of it: make test ARGS="tests/course -x")
VENV ?= .venv
PYTHON ?= python3
FILE ?= exercise.py
ARGS ?= -n auto --dist worksteal

.PHONY: grade test lint clean
.DEFAULT_GOAL := grade

grade: $(VENV)/.learner
	@$(VENV)/bin/day89 grade $(FILE)

test: $(VENV)/.developer
	$(VENV)/bin/python -m pytest --submission solution.py $(ARGS)

lint: $(VENV)/.developer
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache

# A stamp is older than pyproject.toml exactly when something has to be installed.
$(VENV)/.learner: pyproject.toml
	@VENV=$(VENV) PYTHON=$(PYTHON) sh .ci/venv -e .
	@touch $@

$(VENV)/.developer: pyproject.toml
	@VENV=$(VENV) PYTHON=$(PYTHON) sh .ci/venv -e . --group dev
	@touch $@ $(VENV)/.learner
