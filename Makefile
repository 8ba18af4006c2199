# Every target finds or makes its own virtual environment and installs what it needs; re-running is quick.
#   make demo    separate the sample recording with the very functions that would be deployed
#   make test    run every test
# PYTHON=python3.12 chooses the interpreter, VENV=.venv-3.12 where its environment lives.

VENV ?= .venv
PYTEST_ARGS ?= -n auto
SECONDS ?= 60
BIN := $(VENV)/bin
SHELL := /bin/bash
.DEFAULT_GOAL := help
WHEELS := build/wheels/requirements.txt
TOOLKIT := tests/deploy/node_modules/.installed
NODE_SDK := tests/localcloud/clients/node/node_modules/.installed
.PHONY: help setup demo local test test-pythons bench bench-index bench-localcloud bench-separation chaos fuzz lint docs pictures audit requirements package deploy clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.dev $(WHEELS) $(TOOLKIT) $(NODE_SDK) ## install everything for developing into .venv

demo: $(VENV)/.app ## separate the sample recording locally and show the stems and the index entry
	@$(BIN)/voicesep demo

local: $(VENV)/.app ## run the app in a local cloud until Ctrl-C, for `voicesep upload`, `jobs`, `show` and others
	@$(BIN)/voicesep local

test: $(VENV)/.dev $(WHEELS) $(TOOLKIT) $(NODE_SDK) ## run every test
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-pythons: ## run every test on each of Python 3.10 to 3.13 that this machine has
	@./tools/test-pythons

bench: $(VENV)/.bench ## measure everything of docs/performance.md and write it anew, some 40 minutes (ARGS="--quick", ARGS=cold_start)
	@$(BIN)/python -m benchmarks.bench $(ARGS)

bench-separation: $(VENV)/.bench ## how well and how fast the local engine separates, beside librosa (ARGS=--record)
	@$(BIN)/python -m benchmarks.separation $(ARGS)

bench-index: $(VENV)/.dev ## what the index costs at 10^3 and 10^5 jobs; ARGS="--jobs 1000000"
	@$(BIN)/python -m benchmarks.index_scale $(ARGS)

bench-localcloud: $(VENV)/.bench ## localcloud's COS: memory for 5 GiB, start-up, throughput beside moto; ARGS="--gib 1"
	@$(BIN)/python -m benchmarks.localcloud_cos $(ARGS)

chaos: $(VENV)/.dev ## let everything go wrong at once, and compare (ARGS="--uploads N --seed S")
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

fuzz: $(VENV)/.fuzz ## hostile inputs for everything that reads some (SECONDS=60, ARGS="--record docs/security.md")
	@$(BIN)/python -m fuzz.run --seconds $(SECONDS) $(ARGS)

lint: $(VENV)/.dev ## check style, types and walls
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/.dev ## write the generated pages of docs/ and the schemas anew
	@$(BIN)/python tools/protocol_page.py
	@$(BIN)/python tools/index_schemas.py
	@$(BIN)/python tools/cli_page.py
	@$(BIN)/python -m tools.operations_page

pictures: $(VENV)/.dev ## take the pictures of the page in docs/images anew; needs Chromium
	@PICTURES=docs/images $(BIN)/python -m pytest -q tests/voicesep/page/test_pictures.py

audit: $(VENV)/.dev ## ask for known vulnerabilities of what goes into the functions
	@$(BIN)/python -m tools.audit_dependencies

requirements: $(VENV)/.dev ## write requirements.txt and constraints.txt anew from pyproject.toml
	@$(BIN)/python tools/requirements.py

package: $(WHEELS) | $(BIN)/python ## build/voice-separation.zip: what is deployed, the same bytes every time; PYTHON310=…
	@$(BIN)/python -m tools.package

deploy: $(VENV)/.app ## check serverless.yml and .env, package, deploy with Tencent's `scf` (docs/deploy.md)
	@$(BIN)/python -m tools.deploy

clean: ## remove the virtual environments and everything built
	rm -rf .venv .venv-* build dist demo tests/deploy/node_modules tests/localcloud/clients/node/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@./tools/make-venv "$(VENV)" "$(PYTHON)"

# A stamp is newer than what it was made from, or its step runs again.
$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[local,cli]'
	@touch $@

# It has wheels for few platforms; where it has none, the run says so and goes on without coverage.
$(VENV)/.fuzz: pyproject.toml constraints.txt $(VENV)/.dev
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary atheris -c constraints.txt -e '.[fuzz]'
	@touch $@

$(VENV)/.bench: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[local,cli,bench]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[local,cli,dev]'
	@touch $@ $(VENV)/.app

# The functions' wheels, for SCF's Python whatever this machine's is: packaging works offline once they are here.
$(WHEELS): requirements.txt | $(BIN)/python
	@$(BIN)/python -m tools.package.wheels
	@touch $@

# Tencent's deploy toolkit, which serverless.yml is tested with. Without Node those tests are skipped, and say so.
$(TOOLKIT): tests/deploy/package.json tests/deploy/package-lock.json
	@if node -e 'process.exit(Number(parseInt(process.versions.node) < 18))' 2>/dev/null && command -v npm >/dev/null; then \
		npm ci --prefix tests/deploy --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else \
		echo "No Node 18 or newer, so serverless.yml is not tested with Tencent's toolkit: apt-get install nodejs npm, on macOS brew install node" >&2; \
	fi

# Tencent's COS client for Node, which localcloud is tested with. Without Node those tests are skipped, and say so.
$(NODE_SDK): tests/localcloud/clients/node/package.json tests/localcloud/clients/node/package-lock.json
	@if node -e 'process.exit(Number(parseInt(process.versions.node) < 18))' 2>/dev/null && command -v npm >/dev/null; then \
		npm ci --prefix tests/localcloud/clients/node --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else \
		echo "No Node 18 or newer, so localcloud is not tested with Tencent's client for Node: apt-get install nodejs npm, on macOS brew install node" >&2; \
	fi
