# Two commands do everything on a machine with Python 3.11 or newer and make: “make site” and “make test”.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
APP := build/app
# Node and npm of the machine where it has them, else those that the lock file brings
NPM := $(shell command -v npm || echo $(CURDIR)/$(BIN)/npm)
NODE := $(shell command -v node || echo $(CURDIR)/$(BIN)/node)

.PHONY: site test lint check verify bench serve pictures clean lock

site: $(STAMP) $(APP)/.bundled
	$(BIN)/mkdocs build --quiet --strict
	$(BIN)/palermo build
	@echo "The site is in build/site; “make serve” shows it."

test: $(STAMP) $(APP)/.bundled
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

bench: $(STAMP) $(APP)/.bundled
	$(BIN)/python -m tests.benchmarks

serve: $(STAMP) $(APP)/.bundled
	$(BIN)/mkdocs serve

# the README's pictures, from the built site; needs chromium
pictures: site
	$(BIN)/python scripts/pictures.py

# every dependency at the version and hash of the lock file; the package itself from this folder
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the lock file names …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(STAMP)

# the pages' own scripts and the drawn world, from packages at the version and hash of their own lock file
$(APP)/.bundled: $(STAMP) site/app/package-lock.json site/app/build.mjs $(wildcard site/app/src/*.js)
	@echo "Bundling the site's scripts …"
	@mkdir -p build/node && cp site/app/package.json site/app/package-lock.json build/node/
	@cd build/node && $(NPM) ci --silent --no-audit --no-fund --ignore-scripts
	@cd build/node && $(NODE) ../../site/app/build.mjs ../app
	@touch $@

# renew the lock files: needs uv and npm
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev --no-header pyproject.toml -o requirements.lock
	cd site/app && npm install --package-lock-only --no-audit --no-fund

clean:
	rm -rf build $(VENV)
