# One command each; the first one makes its own virtual environment in .venv.
#   make demo    the shipped story in time-lapse: no network, nothing to set up
#   make run     the monitor itself, with config/monitor.yaml
#   make test    the tests
#   make check   style, types, import rules and the tests: what CI runs
#   make bench   measurements (minutes)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo run test lint check bench clean

# Everything is relative to this folder, since make cannot handle paths with spaces in names of targets.
ifeq ($(wildcard .ci/venv),)
$(error This Makefile works in its own folder: call make there, or as make -C FOLDER)
endif

BIN := .venv/bin
READY := .venv/ready
DEV := .venv/ready-dev
WORKERS ?= 2
unexport PYTHONPATH PYTHONHOME

help:
	@sed -n 's/^#   //p' Makefile

demo: $(READY)
	@$(BIN)/python -m monitor demo

run: $(READY)
	@$(BIN)/python -m monitor -c config/monitor.yaml run

test: $(DEV)
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: $(DEV)
	@$(BIN)/ruff check --quiet . && echo "ruff check: ok"
	@$(BIN)/ruff format --quiet --check . && echo "ruff format: ok"
	@$(BIN)/mypy --no-error-summary && echo "mypy: ok"
	@$(BIN)/lint-imports --no-cache >.venv/lint-imports.log 2>&1 || { cat .venv/lint-imports.log; exit 1; }; echo "import rules: ok"

check: lint test

bench: $(DEV)
	@$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

$(READY): pyproject.toml .ci/venv
	@sh .ci/venv

$(DEV): $(READY)
	@sh .ci/venv dev
