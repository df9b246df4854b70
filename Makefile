# Plenary's commands. `make` alone lists them.

SHELL := /bin/sh
BIN := .venv/bin
NODE_BIN := node_modules/.bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The environment's own Python once it stands, else the first on the path that is 3.11 or later.
PYTHON = $(shell for python in $(BIN)/python python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
SET_UP = @test -n "$(PYTHON)" || { echo "Plenary needs Python 3.11 or later. Install python3, then run this again."; exit 2; }; \
	"$(PYTHON)" .ci/setup.py

.DEFAULT_GOAL := help
.PHONY: help demo test soak lint js-test engines lock picture wheel clean ready-to-test

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## Set up and open the demo event, live, with a link for each role
	$(SET_UP) demo
	@exec $(BIN)/plenary demo

test: lint js-test engines ## Set up and pass the whole suite, engines and browser included
	@$(BIN)/pytest --numprocesses 3 --dist worksteal

soak: engines ## Run the long checks in full; their figures go to loadtests/RESULTS.md
	@$(BIN)/pytest --soak -m soak --timeout=0 -s

lint: ready-to-test ## Check style, types, security and scripts
	@echo "Checking style, types, security and scripts…"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive server rooms
	@$(NODE_BIN)/tsc --project static/js/jsconfig.json

lock: ready-to-test ## Renew both locks to the newest versions that fit
	@$(BIN)/uv pip compile --quiet --upgrade --all-extras --group tools --universal --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	@npm update --package-lock-only --no-audit --no-fund

picture: ready-to-test ## Draw the README's picture anew from the running demo
	@$(BIN)/python -m tests.picture

wheel: ready-to-test ## Build the wheel into dist/
	@$(BIN)/uv build --quiet --wheel --build-constraints requirements.lock

clean: ## Remove what set-up made; what Plenary keeps in .plenary stays
	rm -rf .venv node_modules build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready-to-test:
	$(SET_UP) test

js-test: ready-to-test
	@node --test --test-reporter=spec $(wildcard tests/js/*.test.js tests/js/*/*.test.js)

engines: ready-to-test
	@$(BIN)/python -m tests.engines
