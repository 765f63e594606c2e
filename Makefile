# Everything one does with Tonerloop. Bare `make` explains the targets.
# Needs Python 3.11 or newer with venv; the rest is put into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo demo-once test check fix bench torture screens messages lock sbom audit attack \
	clean setup browser types style

help: ## explain the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: $(READY) ## run everything with demo data; prints log-ins; Ctrl-C stops it
	@exec $(BIN)/tonerloop demo

demo-once: $(READY) ## the same, and end after the story of one order
	@exec $(BIN)/tonerloop demo --once

test: $(READY) browser check ## every check and every test, in a real browser too
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(READY) ## lint, format, types, import contracts, migrations
	@$(MAKE) --no-print-directory --jobs 2 types style  # the types take as long as all the rest

types: $(READY)
	$(BIN)/mypy src $(wildcard examples deploy)

style: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	$(BIN)/tonerloop manage makemigrations --check --dry-run
	$(BIN)/python -m tools.migrations
	$(BIN)/python -m pytest -q -p no:cacheprovider --noconftest \
		tests/house/test_sizes.py tests/house/test_words.py

fix: $(READY) ## put right what can be put right by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## measure the real product in 3 minutes; all of it: make bench MODE=full
	$(BIN)/python -m bench.run $(MODE)

torture: $(READY) ## kill, cut and slow everything under load, prove that nothing is lost
	$(BIN)/python -m torture.run --keep $(ARGS)

screens: $(READY) browser ## pictures of every screen of every role, into screens/
	$(BIN)/tonerloop demo --then $(BIN)/python -m tools.screens

messages: $(READY) ## collect the texts and compile the translations
	$(BIN)/python -m tools.messages update
	$(BIN)/python -m tools.messages compile

lock: $(READY) ## choose the newest fitting dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile $(LOCK) --extra dev pyproject.toml -o requirements/dev.txt
LOCK := --quiet --upgrade --generate-hashes --universal --no-emit-index-url --no-annotate \
	--no-header --python-version 3.11

sbom: $(READY) ## what the product is made of, as CycloneDX, into sbom.json
	$(BIN)/python -m tools.sbom > sbom.json

audit: $(READY) ## known weaknesses of what it is made of; asks a service on the internet
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip_audit --require-hashes -r requirements/base.txt

attack: $(READY) browser ## scanners against the running demo, an hour at most: docs/security.md
	$(BIN)/python -m tools.attack $(ARGS)

clean: ## remove what was built, and the demo's data
	rm -rf .venv .tonerloop build dist screens sbom.json *.egg-info src/*.egg-info .lint-imports.log \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis

setup: $(READY) ## only set up .venv

browser: $(READY)
	@$(BIN)/python -m tests.web.browser

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Tonerloop needs Python 3.11 or newer; $(PYTHON) is older or missing."; \
		echo "Name another with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { \
		echo "This Python has no venv. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@
