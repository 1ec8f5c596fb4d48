# Everything that Dateline needs lives in .venv; each target sets up what it needs by itself.
# PIP_FLAGS goes to pip, for example an index that serves the CPU build of torch.

PYTHON ?= python3
PIP_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install $(PIP_FLAGS) -c .ci/constraints.txt

.PHONY: ask test lint types check bench readme env-example clean

ask: $(VENV)/.installed  ## answer a first question over seeds/
	$(BIN)/dateline index build seeds
	$(BIN)/dateline ask "how many fighters were evacuated?"

test: $(VENV)/.developing  ## run the whole test suite
	@GOMP_SPINCOUNT=0 $(BIN)/python -m pytest

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.developing
	$(BIN)/mypy

check: lint types test  ## all that .ci/run runs

bench: $(VENV)/.developing  ## print the measurements of the README
	$(BIN)/python -m tests.benchmarks.start
	$(BIN)/python -m tests.benchmarks.throughput seeds
	$(BIN)/python -m tests.benchmarks.formats
	$(BIN)/python -m tests.benchmarks.environment

readme: $(VENV)/.developing  ## renew command help and picture in the README
	$(BIN)/python -m tests.readme

env-example: $(VENV)/.installed
	$(BIN)/python -m bot.settings > .env.example

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .dateline .mypy_cache .ruff_cache .pytest_cache .hypothesis
