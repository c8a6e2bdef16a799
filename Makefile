# Two commands matter: `make build` and `make test`. Each step can be said alone.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export MUSIC_WAREHOUSE_DATA ?= data
export DO_NOT_TRACK := 1
# Compiling our modules takes longer than most commands that the tests run.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WAREHOUSE := $(BIN)/music-warehouse
USERS ?= 20000
BENCH_USERS ?= 500000
BENCH_EVENTS ?= 100000000
COUNTRY ?= Germany
ARTIST ?= Drake
DAGSTER_PORT ?= 3000

# The tests build a warehouse of their own and leave that of `make build` alone.
TEST_FOLDER := .test
TEST_USERS ?= 2000
TEST_ENVIRONMENT := MUSIC_WAREHOUSE_DATA=$(TEST_FOLDER)/data \
	DBT_TARGET_PATH=$(TEST_FOLDER)/target DBT_LOG_PATH=$(TEST_FOLDER)/logs

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile
	@echo "Variables: USERS=$(USERS) COUNTRY=$(COUNTRY) ARTIST=$(ARTIST)" \
		"MUSIC_WAREHOUSE_DATA=$(MUSIC_WAREHOUSE_DATA)"

.PHONY: build
build: sample ingest warehouse summary  ## From nothing to published marts

.PHONY: sample
sample: install  ## Generate deliveries of USERS users, if nothing has landed or loaded
	@if [ -z "$$(find $(MUSIC_WAREHOUSE_DATA)/landing $(MUSIC_WAREHOUSE_DATA)/lake \
		-type f 2>/dev/null | head -n 1)" ]; \
	then $(WAREHOUSE) generate --domain all --users $(USERS) \
		--out $(MUSIC_WAREHOUSE_DATA)/landing; fi

.PHONY: ingest
ingest: install  ## Take what has landed into the lake
	@if [ -d $(MUSIC_WAREHOUSE_DATA)/landing ]; \
	then $(WAREHOUSE) ingest $(MUSIC_WAREHOUSE_DATA)/landing; fi

.PHONY: warehouse
warehouse: install  ## dbt build, then publish when green
	$(WAREHOUSE) build

.PHONY: publish
publish: install  ## Publish the marts of the last green dbt build
	$(WAREHOUSE) publish

.PHONY: summary
summary: install  ## Real rows from the published marts, and where to look next
	@echo
	@$(WAREHOUSE) ask artists-in "$(COUNTRY)" --limit 5
	@echo
	@$(WAREHOUSE) ask countries-of "$(ARTIST)" --limit 5
	@echo
	@$(WAREHOUSE) ask similar-to "$(ARTIST)" --limit 5
	@echo
	@$(WAREHOUSE) ask embedding-quality
	@echo
	@$(WAREHOUSE) ask service-summary
	@echo
	@echo "Look next:"
	@printf '  %-48s %s\n' \
		"$(WAREHOUSE) status" "what landed, what is published" \
		"$(WAREHOUSE) ask artists-in Brazil" "another country" \
		"make docs" "every table and column, described" \
		"$(MUSIC_WAREHOUSE_DATA)/published/current" "a DuckDB file, and Parquet for BI"

.PHONY: docs
docs: install  ## Generate dbt's documentation and serve it
	$(BIN)/dbt docs generate
	$(BIN)/dbt docs serve

.PHONY: dagster
dagster: install  ## Dagster's UI on port DAGSTER_PORT: graph, runs, schedules
	DAGSTER_PORT=$(DAGSTER_PORT) $(BIN)/python -m orchestration

.PHONY: bench
bench: install  ## Full size: BENCH_USERS listeners, BENCH_EVENTS plays of the service
	$(BIN)/python -m benchmarks --users $(BENCH_USERS) --events $(BENCH_EVENTS)

# What CI runs: the linters side by side, then the tests. These also parse with warnings
# as errors, compile for Redshift and judge that, and build and publish a sample; each
# can be said alone below.

.PHONY: test
test: install  ## Everything CI runs
	@$(MAKE) --no-print-directory --jobs=2 lint lint-sql types
	@$(MAKE) --no-print-directory pytest

.PHONY: lint
lint: install  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: install  ## mypy
	$(BIN)/mypy

.PHONY: lint-sql
lint-sql: install  ## sqlfluff on the models
	DBT_TARGET_PATH=$(TEST_FOLDER)/lint DBT_LOG_PATH=$(TEST_FOLDER)/logs \
		$(BIN)/sqlfluff lint --processes 2 models

.PHONY: parse
parse: install  ## dbt parse, where a warning is an error
	$(TEST_ENVIRONMENT) $(BIN)/dbt --warn-error parse --no-partial-parse

.PHONY: compile-redshift
compile-redshift: install  ## Compile every model for Redshift, without one
	$(TEST_ENVIRONMENT) DBT_TARGET_PATH=$(TEST_FOLDER)/redshift $(BIN)/dbt --quiet \
		compile --target prod --full-refresh --no-populate-cache --no-introspect

.PHONY: redshift-check
redshift-check: compile-redshift  ## Judge every compiled statement as Redshift would
	$(BIN)/python -m tests.redshift.gate $(TEST_FOLDER)/redshift

.PHONY: redshift-stand-in
redshift-stand-in:  ## PostgreSQL, behind which the tests run production
	@if ! ls -d /usr/lib/postgresql/1[5-9]/bin/initdb >/dev/null 2>&1 \
		&& command -v apt-get >/dev/null; \
	then sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq; \
		$$sudo apt-get install -qq --no-install-recommends postgresql; fi

.PHONY: browser
browser:  ## Chromium, in which the tests use Dagster's UI
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; \
	then sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq; \
		$$sudo apt-get install -qq --no-install-recommends chromium; fi

.PHONY: build-sample
build-sample: install  ## Build TEST_USERS users in a data folder of the tests' own
	rm -rf $(TEST_FOLDER)/data
	$(TEST_ENVIRONMENT) $(WAREHOUSE) generate --domain all --users $(TEST_USERS) \
		--out $(TEST_FOLDER)/data/landing
	$(TEST_ENVIRONMENT) $(WAREHOUSE) ingest $(TEST_FOLDER)/data/landing
	$(TEST_ENVIRONMENT) $(WAREHOUSE) build

.PHONY: pytest
pytest: install redshift-stand-in browser  ## The Python tests
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

.PHONY: format
format: install  ## Format Python and SQL
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix models

# uv where it is on the PATH, else pip; both refuse a file whose hash is not locked.
.PHONY: install
install: $(INSTALLED)  ## The environment in .venv, from requirements.lock

$(INSTALLED): requirements.lock pyproject.toml adapters/dbt-redshift-python/pyproject.toml
	@python=; for each in "$${PYTHON:-}" python3 python3.13 python3.12 python3.11; do \
		if [ -n "$$each" ] && "$$each" -c 'import sys; \
			sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
		then python=$$each; break; fi; done; \
	if [ -z "$$python" ]; \
	then echo "Python 3.11, 3.12 or 3.13 is needed; name it: make PYTHON=…" >&2; exit 1; fi; \
	echo "Installing into $(VENV) (some minutes, once)"; \
	if command -v uv >/dev/null; then \
		uv venv --quiet --clear --python "$$python" $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
			-e . -e adapters/dbt-redshift-python; \
	else \
		"$$python" -m venv --clear $(VENV); \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation \
			-e . -e adapters/dbt-redshift-python; \
	fi
	@touch $@

.PHONY: lock
lock:  ## Renew requirements.lock for Python 3.11 to 3.13 (needs uv)
	uv pip compile pyproject.toml --quiet --upgrade --all-extras --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-header --output-file requirements.lock

.PHONY: seeds
seeds: install  ## Derive the country seeds from pycountry
	$(BIN)/python seeds/derive_countries.py

.PHONY: clean
clean:  ## Remove the environment and what dbt and the tests made; keep the data
	rm -rf $(VENV) $(TEST_FOLDER) target logs .ruff_cache .mypy_cache .pytest_cache
