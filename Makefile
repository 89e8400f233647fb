# One entry for everything. `make` alone prints what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup
SOAK_DELIVERIES := 100000
CODE := backend leadflow_app alembic tests benchmarks checks rxconfig.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the environment and the screens
	@$(BIN)/leadflow build

run: $(STAMP) ## Set up what is missing, start, and print the address and the first sign-in
	@$(BIN)/leadflow up

test: setup browser ## Run the whole test suite, browser included
	@$(PYTEST) $(ARGS)

check: $(STAMP) ## Check format, lint, types, import contracts, architecture and advisories
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive backend leadflow_app
	@$(BIN)/python -m checks.advisories
	@$(BIN)/python -m pytest -q tests/architecture

soak: setup ## Run the long forms of the fault tests: an outage of 100,000 webhooks, a minute of kills
	@SOAK_DELIVERIES=$(SOAK_DELIVERIES) $(BIN)/python -m pytest -s -v \
		tests/faults/test_outage.py tests/faults/test_kills.py $(ARGS)

bench: setup ## Measure the hot paths, a few seconds for each
	@$(BIN)/python -m benchmarks $(ARGS)

bench-full: setup ## Measure them for a minute each, in five rounds
	@$(BIN)/python -m benchmarks --full $(ARGS)

format: $(STAMP) ## Put the code in its format and repair what lint can
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

browser: ## Install Chromium, which the tests drive, when it is missing
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && apt-get install -q -y --no-install-recommends chromium; \
	else \
		echo "Chromium is missing; install it, for example: sudo apt-get install chromium" >&2; \
		exit 1; \
	fi

lock: $(STAMP) ## Renew requirements.lock from pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --extra dev --generate-hashes --strip-extras \
		--allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --output-file requirements.lock pyproject.toml

# The lock names versions and hashes; where they come from is for pip's own configuration to say.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "LeadFlow needs Python 3.11 or newer as $(PYTHON); set PYTHON=... to name another." >&2; \
		exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@cmp -s requirements.lock $(VENV)/requirements.lock || { \
		echo "Installing the packages of requirements.lock ..."; \
		$(PIP) install --quiet --require-hashes -r requirements.lock; }
	@cp requirements.lock $(VENV)/requirements.lock
	@$(PIP) install -qq --no-deps --no-build-isolation --no-index --editable .
	@touch $(STAMP)

.PHONY: help setup run test check soak bench bench-full format browser lock
