# Everything one does here. Each target may be repeated; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= python3
REMOTE ?= origin
BRANCH ?= main
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
CHECKER := audit/node_modules/vnu-jar/build/dist/vnu.jar
LIGHTHOUSE := audit/node_modules/lighthouse/cli/index.js
NPM_CI := npm ci --prefix audit --ignore-scripts --no-audit --no-fund --loglevel error
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

.PHONY: help serve test torture audit check news publish rollback bench screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

serve: $(INSTALLED) ## pages, forms and caught mails, live, at http://127.0.0.1:8000/ (PORT=… for another)
	@setpriv --pdeathsig TERM $(BIN)/python -m dev.serve --port "$(PORT)"

test: $(INSTALLED) $(CHECKER) ## everything that CI checks, browser tests included (ARGS=… for pytest)
	@dev/need chromium
	@dev/need nginx
	@dev/need systemd
	@dev/need postgresql
	@dev/need redis
	@dev/need java
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses=auto --dist=loadfile $(ARGS)

torture: $(INSTALLED) ## the long fault suite, some 20 minutes: kills, dead relays, full disks, on both databases (SEED=… repeats its random times)
	@dev/need postgresql
	TORTURE=1 SEED=$(SEED) $(BIN)/pytest -vv tests/faults $(ARGS)

audit: $(INSTALLED) $(LIGHTHOUSE) ## Lighthouse on every kind of page as deployed, phone and desk (PAGES="home news" for some, RUNS=3)
	@dev/need chromium
	@dev/need nginx
	@$(BIN)/python -m audit

check: $(INSTALLED) ## write the ids that new items lack, then name all problems of the content at once, each with its cure
	@$(BIN)/python -m newsroom.check

news: $(INSTALLED) ## scaffold a note: VERSION=4.29 (DATE=2026-12-01 CHANNEL=beta), or a notice: TITLE="…"
	@$(BIN)/python -m newsroom.scaffold

publish: $(INSTALLED) ## the production build, in output/
	@$(BIN)/python -m newsroom.publish

rollback: ## return the live site to the release before, until the next push (REMOTE=origin)
	@git push --quiet $(REMOTE) $(REMOTE)/$(BRANCH):refs/newsroom/rollback/$$(date +%s)

bench: $(INSTALLED) ## what forms and build cost, as ratios (NOTES="1000 5000" ROUNDS=5 for bigger builds and how they grow)
	@$(BIN)/python -m bench

screenshots: $(INSTALLED) ## take the README's pictures anew, in docs/img/
	@dev/need chromium
	$(BIN)/pytest tests/browser/screenshots.py

lock: $(INSTALLED) ## pin what pyproject.toml asks for, with hashes (UPGRADE=--upgrade for the newest)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## remove what the other targets made, but neither .venv nor var/ (mails, outbox)
	rm -rf output .output.build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(INSTALLED): requirements-dev.txt
	@if [ -L .venv ]; then echo ".venv is a symbolic link; what it points to is not ours to renew. Remove it." >&2; exit 1; fi
	@PYTHON=$(PYTHON) dev/need venv
	@echo "Making .venv from $< (the first time takes about a minute) …"
	@$(PYTHON) -m venv --clear .venv
	@# What comes as source is built with the setuptools of the lock, not with whatever pip would fetch for it.
	@sed -n '/^setuptools==/,/# via/p' $< | $(INSTALL) -r /dev/stdin
	@$(INSTALL) --no-build-isolation -r $<
	@touch $@

$(CHECKER): audit/package-lock.json
	@dev/need npm
	@$(NPM_CI) --omit=dev
	@touch $@

$(LIGHTHOUSE): audit/package-lock.json
	@dev/need npm
	@$(NPM_CI)
	@touch $@ $(CHECKER)
