# make demo    a component in, typed Python bindings out, running
# make test    everything: format, lint, types, all tests, and the run-time tests on each supported engine
# make check   format, lint and types only
# make bench   the benchmark table
# make bench-js  the same for JavaScript: witcraft, jco, glue written by hand
# make fuzz    FUZZ_SECONDS of random components against witcraft and the engine's validator
#
# Needs python3 (3.11 or later) and, for the test guests, Node.js 20 with npm. All else is set up on first use, in VENV.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FORMER_ENGINES := 48 49
FUZZ_SECONDS ?= 60
GUEST_TOOLS := tests/guests/requirements.txt
PARALLEL := -n auto --dist loadfile

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: demo test check bench bench-js guests fuzz clean

demo: $(VENV)/ready
	$(BIN)/python examples/demo/run.py

test: check guests $(FORMER_ENGINES:%=test-on-%)
	$(BIN)/python -m pytest $(PARALLEL)

# The tests that run WebAssembly, once more, with another major of the engine.
test-on-%: $(VENV)-%/ready guests
	$(VENV)-$*/bin/python -m pytest -q -m engine $(PARALLEL)

check: $(VENV)/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

bench-js: $(VENV)/ready
	$(BIN)/python -m benchmarks.js

fuzz: $(VENV)/ready
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

# Built first, so that the tests start with all of them, and environments without the tools find them.
guests: $(VENV)/ready
	$(BIN)/python -m tests.guests.build

$(VENV)/ready: pyproject.toml $(GUEST_TOOLS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "witcraft needs Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --requirement $(GUEST_TOOLS)
	touch $@

$(VENV)-%/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)-$*
	$(VENV)-$*/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' 'wasmtime==$*.*'
	touch $@

clean:
	rm -rf .venv .venv-48 .venv-49 .cache .mypy_cache .pytest_cache .ruff_cache build dist
