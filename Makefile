# Every target sets up what it needs: a virtual environment of its own, locked versions, Chromium for the browser tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-header --strip-extras --allow-unsafe

# Tests start the app and the server many times: what one process compiled, the next need not compile again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run server test cover test-long check format e2e bench bench-sync shots guide lock clean

help:  ## Say what there is
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp  ## Open the app in the browser of this computer: no account, no network
	@$(BIN)/python main.py $(ARGS)

server: $(VENV)/server.stamp  ## Start a sync server on this machine: SQLite, no configuration, loopback only
	@PYTHONPATH=src $(BIN)/python -m sync.server $(ARGS)

test: $(VENV)/dev.stamp chromium postgres  ## All tests, a real browser included
	@mkdir -p build; $(BIN)/python tools/check_phone_crypto.py >build/phone.txt 2>&1 & phone=$$!; \
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS); tests=$$?; \
	wait $$phone; phone=$$?; cat build/phone.txt; test $$tests -eq 0 -a $$phone -eq 0

cover: $(VENV)/dev.stamp chromium postgres  ## The same, with the branches that no test takes
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term $(ARGS)

test-long: $(VENV)/dev.stamp chromium postgres  ## The same, with every bounded check run exhaustively
	@FIKA_LONG=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

e2e: $(VENV)/dev.stamp chromium  ## Only the journeys in a real browser
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

check: $(VENV)/dev.stamp  ## Format, lint, types and the import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@echo "mypy for Python 3.11 to 3.14"
	@printf '%s\n' 3.11 3.12 3.13 3.14 | xargs -P 2 -I {} $(BIN)/mypy --python-version {}
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright
	@PYTHONPATH=src $(BIN)/lint-imports

format: $(VENV)/dev.stamp  ## Put the code in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp chromium  ## Measure beside the peers and write docs/benchmarks.md
	@PYTHONPATH=src $(BIN)/python -m tests.bench $(ARGS)

bench-sync: $(VENV)/dev.stamp postgres  ## Measure sync beside its peers (npm and a C++ compiler build them) and write it down
	@PYTHONPATH=src $(BIN)/python -m tests.bench.sync $(ARGS)

shots: $(VENV)/dev.stamp chromium  ## Every screen as a picture, under build/shots
	@PYTHONPATH=src $(BIN)/python -m tests.shots $(ARGS)

guide: $(VENV)/dev.stamp chromium  ## The pictures of the user guide, of the app as it is now
	@PYTHONPATH=src $(BIN)/python -m tests.guide

lock: $(VENV)/dev.stamp  ## Renew the lock files from pyproject.toml
	@$(COMPILE) --extra browser -o requirements/run.txt pyproject.toml
	@$(COMPILE) --extra browser --extra server --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	@$(COMPILE) -c requirements/dev.txt -o requirements/server.txt requirements/server.in
	@$(COMPILE) -o requirements/phone.txt requirements/phone.in

clean:  ## Remove what the targets made
	@rm -rf $(VENV) build .coverage .coverage.* .hypothesis .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@sh tools/setup.sh venv "$(PYTHON)" "$(VENV)"

$(VENV)/run.stamp: requirements/run.txt | $(VENV)/bin/python
	@echo "Installing what Fika needs into $(VENV)"
	@test -e $(VENV)/dev.stamp || $(PIP) --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing what the checks and tests need into $(VENV)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/run.stamp $(VENV)/server.stamp

$(VENV)/server.stamp: requirements/server.txt | $(VENV)/bin/python
	@echo "Installing what the server needs into $(VENV)"
	@test -e $(VENV)/dev.stamp || $(PIP) --require-hashes -r requirements/server.txt
	@touch $@

.PHONY: chromium postgres
chromium:
	@sh tools/setup.sh chromium

postgres:
	@sh tools/setup.sh postgres
