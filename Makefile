# Everything a developer or operator types. `make run` and `make test` install what they need.
SHELL := /bin/bash
VENV ?= .venv
PY := $(VENV)/bin/python
BIN := $(VENV)/bin
UV := $(VENV)/bin/uv
PORT ?= 8000
SCALE ?= county

.PHONY: run test check fmt unit contract integration migrations e2e browser deploy-files deploy-test tour doctor bench web web-check docs pictures lock clean

run: $(VENV)/.run web/dist/.built  ## the whole suite on http://127.0.0.1:8000
	$(BIN)/onegrid up --port $(PORT) --scale $(SCALE)

tour: $(VENV)/.run  ## walk through the running suite
	$(BIN)/onegrid tour --base-url http://127.0.0.1:$(PORT)

doctor: $(VENV)/.run
	$(BIN)/onegrid doctor

test: check web-check unit contract integration migrations deploy-files e2e browser  ## all checks and tests
	@echo "all checks and tests passed"

$(VENV)/bin/uv:
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(VENV)/.run: requirements/runtime.txt $(VENV)/bin/uv
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/runtime.txt
	$(UV) pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $@

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
	cd web && npm run build --silent
	@touch $@

web: web/dist/.built

web-check: web/dist/.built
	cd web && npm run check --silent && npm test --silent && npm run size --silent

check: $(VENV)/.dev  ## style, types, architecture, contracts: seconds, and the pre-commit hook
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy services gateway tests tools benchmarks
	$(BIN)/lint-imports
	$(PY) -m tools.lint services gateway
	$(BIN)/onegrid openapi

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: $(VENV)/.dev
	$(BIN)/pytest tests/unit

contract: $(VENV)/.dev
	$(BIN)/pytest tests/contract

integration: $(VENV)/.dev
	$(BIN)/pytest tests/integration -n 2

migrations: $(VENV)/.dev
	$(BIN)/pytest tests/migrations

e2e: $(VENV)/.dev web/dist/.built
	$(BIN)/pytest tests/e2e

browser: $(VENV)/.dev web/dist/.built
	@bash tests/browser/install_chromium.sh
	cd web && npm run test:browser --silent
	$(BIN)/pytest tests/browser

deploy-files: $(VENV)/.dev  ## compose file, images and scripts against the code, without an engine
	$(BIN)/pytest tests/deploy

deploy-test: $(VENV)/.dev  ## brings docker-compose.yml up for real; needs a Docker engine
	ONEGRID_DEPLOY_TESTS=1 $(BIN)/pytest tests/deploy

bench: $(VENV)/.dev web/dist/.built
	$(PY) -m benchmarks --scale $(SCALE)

lock: $(VENV)/bin/uv  ## refresh the hash-pinned requirement files
	$(UV) pip compile --quiet --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --universal -o requirements/runtime.txt pyproject.toml
	$(UV) pip compile --quiet --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --universal --extra dev -o requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) web/node_modules web/dist

docs: $(VENV)/.dev  ## reference pages and API documents made from the code
	$(BIN)/onegrid openapi --write
	$(PY) -m tools.reference

pictures: browser  ## the pictures of the README, as the browser tests saw the pages
	cp tests/browser/pictures/field-{today,grid,whistle}.png tests/browser/pictures/desk-county.png docs/pictures/
