# Keyback's house. `make` alone prints this help; each target says what it does after its `##`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CODE := src tests benchmarks scripts

.PHONY: help setup run test check soak bench fmt docs pictures lock test-needs

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make the environment in .venv, with everything pinned by hash

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Keyback needs Python 3.11 or newer")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { echo 'Run: sudo apt-get install python3-venv' >&2; exit 1; }
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## start Keyback with a demo organisation on loopback, and print who is who
	$(BIN)/keyback demo --dir demo

test: test-needs check ## install what the tests need, then run everything

check: setup ## the gate: style, types, import contracts, all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile

soak: test-needs setup ## the long versions of the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile -m soak

bench: setup ## measure; prints tables and writes build/bench.json
	$(BIN)/python -m benchmarks

fmt: setup ## format, and fix what can be fixed by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: setup ## write docs/reference again from the code
	$(BIN)/python scripts/generate_docs.py

pictures: test-needs setup ## take the pictures of the guides anew
	KEYBACK_PICTURES=1 $(BIN)/python -m pytest -q -p no:xdist $(addprefix tests/browser/test_,pictures.py enable_sspr.py help_a_caller.py)

lock: setup ## compile requirements/*.txt again (names, versions and hashes only)
	scripts/lock $(BIN)/uv

test-needs: ## install the system packages of the tests when root, else print the line to run
	@scripts/test-needs
