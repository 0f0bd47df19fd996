# Two commands do everything on a machine with Python 3.11 or newer and make: “make site” and “make test”.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: site test lint check verify bench serve clean lock

site: $(STAMP)
	$(BIN)/mkdocs build --quiet --strict
	$(BIN)/palermo build
	@echo "The site is in build/site; “make serve” shows it."

test: $(STAMP)
	$(BIN)/pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(STAMP)
	$(BIN)/palermo check

# where the official texts are at hand: make verify CORPUS=../shared/corpus
verify: $(STAMP)
	$(BIN)/palermo verify --corpus $(CORPUS)

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

serve: $(STAMP)
	$(BIN)/mkdocs serve

# every dependency at the version and hash of the lock file; the package itself from this folder
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the lock file names …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(STAMP)

# renew the lock file: needs uv
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf build $(VENV)
