# `make demo` and `make test` are all a fresh machine needs: Python 3.11 to 3.13 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
unexport PYTHONDONTWRITEBYTECODE  # the tests start Python many times: each would compile everything again

.PHONY: help demo test bench lint types contracts check chromium unit replay figures fixtures models reference serve clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: set PYTHON=/path/to/python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "no venv: install it with 'apt-get install python3-venv'" >&2; exit 1; }
	@echo "installing (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --disable-pip-version-check --editable . --group dev
	@touch $@

demo: $(STAMP)  ## recorded callers through the whole helpline
	@$(BIN)/ivr demo

test: $(STAMP)  ## everything that must pass
	@$(MAKE) --no-print-directory -j3 lint contracts types check unit replay  # who waits leaves room

bench: $(STAMP)  ## measure everything beside its peers, into bench/RESULTS.md
	$(BIN)/python -m bench

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports

check: $(STAMP)
	$(BIN)/ivr check

chromium: $(STAMP)  ## for the browser tests: finds one, or installs Debian's; says so where neither can be had
	@$(BIN)/python -m tools.chromium --install || true

unit: $(STAMP) chromium
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder  # the slow files, which are the first, start first

replay: $(STAMP)
	$(BIN)/ivr replay audio/fixtures
	$(BIN)/ivr replay tests/scenarios --mode text

figures: $(STAMP)  ## is anything heard or understood worse than before? (20 seconds; tests/data/figures.jsonl)
	$(BIN)/ivr measure --limit 30 --against tests/data/figures.jsonl

fixtures: $(STAMP)  ## make the recorded callers again
	$(BIN)/python -m tools.fixtures.make_fixtures

models: $(STAMP)  ## rebuild the bundled models' word graphs from grammars/
	$(BIN)/ivr models graph

reference: $(STAMP)  ## write docs/reference/ from the settings and the commands' help
	$(BIN)/python -m tools.reference

serve: $(STAMP)  ## answer calls
	$(BIN)/ivr serve

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
