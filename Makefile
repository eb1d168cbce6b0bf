# make demo   makes .venv, installs requirements.txt and opens the page on http://127.0.0.1:7860
# make test   the same environment with requirements-test.txt, then every test
# make check   formats, imports and types, without a test
# make screenshots   pictures of every tab, light, dark and phone, in the folder screenshots
# A second run of either installs nothing: a stamp file in .venv is newer than the requirements.
# Another Python: make demo PYTHON=python3.12. Options for pip: make demo PIP_ARGS="--no-cache-dir".
# make fuzz   24,000 inputs that nobody meant, over every reader and every endpoint; FUZZ_SEED=7 takes others
# make lock   requirements.lock anew (needs uv); make demo REQUIREMENTS=requirements.lock installs exactly that, by hash
# Tests run in two processes of one thread each; make test PROCESSES=0 keeps to one, for a debugger.

PYTHON ?= python3
VENV ?= .venv
REQUIREMENTS ?= requirements.txt
PIP_ARGS ?=
PYTEST_ARGS ?=
PROCESSES ?= 2
FUZZ_INPUTS ?= 24000
FUZZ_SEED ?= 0
BIN = $(VENV)/bin
PYTEST = $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

.PHONY: demo install test test-data test-thorough fuzz check types lock screenshots clean help
.DEFAULT_GOAL := help

help:
	@sed -n '1,9s/^# //p' Makefile

demo: $(VENV)/.installed
	$(BIN)/python app.py

install: $(VENV)/.installed-test

# Tests stay off the network, and two one-thread processes are faster than two threads; none of this outlives the command.
test test-data test-thorough fuzz check: export HF_HUB_OFFLINE = 1
test test-data test-thorough fuzz check: export GRADIO_ANALYTICS_ENABLED = False
test test-data test-thorough fuzz check: export TOKENIZERS_PARALLELISM = false
test test-data test-thorough fuzz check: export OMP_WAIT_POLICY = passive
test test-data test-thorough fuzz check: export OMP_NUM_THREADS = 1

# The import rules are among the tests (tests/test_architecture.py); check runs them by themselves, and the types.
test: $(VENV)/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(PYTEST) $(PYTEST_ARGS)

# Only what reads the data folder that FIREBERT_DATA names.
test-data: $(VENV)/.installed-test
	@$(PYTEST) -m "data and not gpu and not network" $(PYTEST_ARGS)

# What takes minutes to prove at length; make test has a shorter test of each.
test-thorough: $(VENV)/.installed-test
	@$(PYTEST) -m "thorough and not gpu and not network" $(PYTEST_ARGS)

# In one process: it counts what was tried.
fuzz: $(VENV)/.installed-test
	@FIREBERT_FUZZ=$(FUZZ_INPUTS) FIREBERT_FUZZ_SEED=$(FUZZ_SEED) $(BIN)/python -m pytest --numprocesses 0 tests/fuzz $(PYTEST_ARGS)

check: $(VENV)/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy --no-error-summary

types: $(VENV)/.installed-test
	@$(BIN)/mypy --no-error-summary

# Looked at before a change of the page is called done; nothing is compared.
screenshots: $(VENV)/.installed-test
	@$(BIN)/python -m tests.browser.screenshots screenshots

# Without the comments on who needs what, which would double it.
lock:
	@{ sed -n '1,2p' requirements.lock; uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
		--no-header --no-annotate requirements.txt; } >requirements.lock.new && mv requirements.lock.new requirements.lock

$(VENV)/.installed: $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 10) <= v <= (3, 13) else "FireBERT Lab needs Python 3.10 to 3.13; $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12" % v)'
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot make $(VENV). On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r $(REQUIREMENTS)
	@touch $@

$(VENV)/.installed-test: requirements-test.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements-test.txt
	@touch $@

clean:
	rm -rf $(VENV)
