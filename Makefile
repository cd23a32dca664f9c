# make review   environment, install, and the main job on examples/ridgeway; the last line is the report's path
# make serve    Ridgeway on pages at 127.0.0.1:8765 (PORT=…), one account a role; make codes prints the second factor of now
# make test     what continuous integration runs
# make check    lint, types and tests
# make check-fast   lint, types, and the tests near what differs from main, but for slow ones
# make mutants  a seeded sample of single-line mutants: does a test catch each?
# make bench    every figure in benchmarks/, printed as tables

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPORT := out/ridgeway.html
SHOWN := out/server
PORT ?= 8765
.DEFAULT_GOAL := help
.PHONY: help review serve codes test check check-fast lint types mutants bench lock clean

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12 …')"
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e . >&2
	@touch $@

# The review exits with 1 where something is alarmed, as it is in this example: that is an answer, not a failure.
review: $(VENV)/installed
	@mkdir -p out
	@$(BIN)/stockward review examples/ridgeway --html $(REPORT) || test $$? -eq 1 -o $$? -eq 3

serve: $(VENV)/installed
	@mkdir -p out
	@$(BIN)/python examples/server/show_site.py $(SHOWN) --port $(PORT)

codes: $(VENV)/installed
	@$(BIN)/python examples/server/show_site.py $(SHOWN) --codes

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed
	$(BIN)/mypy

test: $(VENV)/installed lint types
	PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal -rs

check: test

check-fast: $(VENV)/installed lint types
	PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" $$($(BIN)/python tests/near.py)

mutants: $(VENV)/installed
	OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=2 $(BIN)/python tests/mutants.py

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks

lock:
	uv pip compile pyproject.toml --extra all --extra dev --universal --python-version 3.11 --generate-hashes -o requirements.lock

clean:
	rm -rf $(VENV) out
