# Every target works on a fresh clone: the environment is built on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := infringement_dagster api sensors resources tests bench

# Each of the many processes starts from compiled files, a quarter cheaper.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint check check-dagster format messages clean lock

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 2; }
	@echo "setting up the environment (once; about half a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## build the environment only

demo: $(READY) ## two demo clients, one scan each, the best cases, how to look at them
	@$(BIN)/infringement demo

up: $(READY) ## keep everything running until Ctrl-C
	@exec $(BIN)/infringement up

test: $(READY) ## the test suite on embedded parts; FULL_TESTS=1 runs what takes long, too
	@$(BIN)/python -m tests.support.browser $(ARGS)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: $(READY) ## format, lint, strict types, import contracts
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check-dagster: $(READY) ## the oldest and the newest Dagster of the allowed range, minutes
	@$(BIN)/python bench/dagster_range.py

check: lint test ## everything that must be green before a commit

format: $(READY) ## rewrite the sources in the house format
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

messages: $(READY) ## bring the catalogues of translations up to date with the sources
	@$(BIN)/python -m api.pages.languages.extraction

lock: $(READY) ## resolve requirements.lock anew
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras pyproject.toml --output-file requirements.lock

clean: ## remove the environment and all local state
	@test ! -x $(BIN)/infringement || $(BIN)/infringement db destroy --yes
	@rm -rf $(VENV) .infringement
