# Every target finds or makes its own virtual environment and installs what it needs; re-running is quick.
#   make demo    separate the sample recording with the very functions that would be deployed
#   make test    run every test
# PYTHON=python3.12 chooses the interpreter, VENV=.venv-3.12 where its environment lives.

VENV ?= .venv
PYTEST_ARGS ?= -n auto
BIN := $(VENV)/bin
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-pythons bench-index chaos lint docs requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

setup: $(VENV)/.dev ## install everything for developing into .venv

demo: $(VENV)/.app ## separate the sample recording locally and show the stems and the index entry
	@$(BIN)/voicesep demo

test: $(VENV)/.dev ## run every test
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-pythons: ## run every test on each of Python 3.10 to 3.13 that this machine has
	@./tools/test-pythons

bench-index: $(VENV)/.dev ## what the index costs at 10^3 and 10^5 jobs; ARGS="--jobs 1000000"
	@$(BIN)/python -m benchmarks.index_scale $(ARGS)

chaos: $(VENV)/.dev ## let everything go wrong at once, and compare (ARGS="--uploads N --seed S")
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

lint: $(VENV)/.dev ## check style, types and walls
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/.dev ## write the generated pages of docs/ and the schemas anew
	@$(BIN)/python tools/protocol_page.py
	@$(BIN)/python tools/index_schemas.py

requirements: $(VENV)/.dev ## write requirements.txt and constraints.txt anew from pyproject.toml
	@$(BIN)/python tools/requirements.py

clean: ## remove the virtual environments and everything built
	rm -rf .venv .venv-* build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@./tools/make-venv "$(VENV)" "$(PYTHON)"

# A stamp is newer than what it was made from, or its step runs again.
$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[local,cli]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[local,cli,dev]'
	@touch $@ $(VENV)/.app
