# `make run` and `make test` need Python 3.11+, make and a route to the package registries; all else is made here.
# Paths are relative throughout, so that the folder's own name may hold anything.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check soak bench build install requirements clean browser

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := 0.13.9
BIN := .venv/bin
CHROMIUM := command -v chromium || command -v chromium-browser || command -v google-chrome
PYTEST := $(BIN)/python -m pytest
SAY := @printf '\033[1m%s\033[0m\n'

# A virtual environment does not survive being moved: its scripts name their folder.
ifneq ($(shell cat .venv/.made 2>/dev/null),$(shell pwd -P))
$(shell rm -f .venv/.made)
endif

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

run: build ## the portal with demonstration data at http://127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/python -I -S portal/tether.py SIGTERM $$PPID $(BIN)/python -m portal.run

test: check browser ## the checks, then every test but the slow ones
	@if $(CHROMIUM) >/dev/null; then marks='not soak'; else marks='not soak and not browser'; fi; \
	$(PYTEST) -n 2 -m "$$marks" $(ARGS)

check: build ## style, types, imports and templates
	$(SAY) 'Checking style, types, imports and templates'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet --ignore=H015,H020,H037,H043,J018 --per-file-ignores 'templates/messages/' H021 templates

soak: build browser ## the tests that take long
	@$(PYTEST) -m soak $(ARGS)

bench: build ## the budgets, beside a bare Flask application
	@$(BIN)/python -m tests.bench $(ARGS)

build: install static/build/manifest.json $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/*.po)) ## the front end and the translations

install: .venv/.installed ## .venv with everything in it

clean: ## removes what was made, but not the data in instance/
	rm -rf .venv node_modules static/build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find portal tests migrations -name '*.mo' -type f -exec rm -f {} + -o -name __pycache__ -type d -prune -exec rm -rf {} +

requirements: .venv/.made ## locks requirements*.in anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command 'make requirements' $(ARGS) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command 'make requirements' $(ARGS) requirements-dev.in -o requirements-dev.txt

.venv/.made:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed, and none was found.' >&2; exit 1; }
	$(SAY) 'Making .venv'
	@$(PYTHON) -m venv --clear .venv || { echo 'On Debian or Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore 'uv==$(UV)'
	@pwd -P > $@

.venv/.installed: .venv/.made requirements.txt requirements-dev.txt
	$(SAY) 'Installing Python packages'
	@$(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements.txt requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | .venv/.installed
	$(SAY) 'Installing front-end packages'
	@PATH="$$PWD/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts
	@touch $@

static/build/manifest.json: node_modules/.installed $(shell find static -path static/build -prune -o -type f -print)
	$(SAY) 'Building the front end'
	@PATH="$$PWD/$(BIN):$$PATH" $(BIN)/npm run --silent build
	@touch $@

%.mo: %.po | .venv/.installed
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

# Debian's Chromium, for the tests marked `browser`. Only root can install it.
browser:
	@if $(CHROMIUM) >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		printf '\033[1m%s\033[0m\n' 'Installing Chromium'; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	elif [ -n "$$CI" ]; then \
		echo 'No Chromium: the browser tests must run here.' >&2; exit 1; \
	else \
		echo '*** No Chromium: THE BROWSER TESTS ARE LEFT OUT. Install it (apt-get install chromium) to run them. ***' >&2; \
	fi
