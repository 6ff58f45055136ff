# Two commands for a newcomer: `make up` and `make test`. Everything they need beyond Python 3.11 and make comes by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ifneq ($(shell command -v uv),)
CREATE := uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL := uv pip install --quiet --python $(BIN)/python --constraint constraints.txt
else
CREATE := $(PYTHON) -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
endif

.PHONY: help up setup test check fmt bench clean
help:  ## Show the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.runtime: pyproject.toml constraints.txt
	@echo "Installing Seawall into $(VENV) (once)"
	@$(CREATE)
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runtime
	@echo "Installing the test tools into $(VENV) (once)"
	@$(INSTALL) --editable '.[test]'
	@touch $@

up: $(VENV)/.runtime  ## Start the whole stack; pass more with ARGS="--port 0"
	@exec $(BIN)/seawall up --exit-with-parent $(ARGS)

setup: $(VENV)/.tests  ## Install everything, start nothing

test: setup  ## Run the tests; pass more with ARGS="-k name"
	@$(BIN)/python -m pytest --numprocesses=auto -m "not alone" $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/python -m pytest -m alone $(ARGS) || [ $$? -eq 5 ]

check: setup  ## Style, types and architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/architecture

fmt: setup  ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup  ## Measure against the store underneath; choose with ARGS="get-small --rounds 3"
	@$(BIN)/python -m tests.bench $(ARGS)

clean:  ## Remove what the commands made, data excepted
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
