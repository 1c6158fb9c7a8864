# Paths are passed on through the environment, never through make's own words: they may hold
# spaces, accents and quotes.
DATA_DIR ?= data
override DATA_DIR := $(value DATA_DIR)
override FROM := $(value FROM)
override SOURCES := $(value SOURCES)
override OUT := $(value OUT)
override FILE := $(value FILE)
override SERIES := $(value SERIES)
override PLACE := $(value PLACE)
override PERIOD := $(value PERIOD)
override KEEP := $(value KEEP)
LOCALE ?= es
override LOCALE := $(value LOCALE)
ifeq ($(filter /%,$(firstword $(DATA_DIR))),)
override DATA_DIR := $(CURDIR)/$(DATA_DIR)
endif
PORT ?= 8501
N ?= 500
export DATA_DIR FROM SOURCES OUT FILE SERIES PLACE PERIOD KEEP LOCALE

# Without bytecode every start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: setup docs run refresh verify-raw bundle prune status history schedule build coverage-check take-down templates sql dashboard brief export snapshot words notebooks test faults validate bench lint clean help lock

setup: ## Install the locked Python and front-end packages (PYTHON=<3.11 or newer>)
	@tools/setup.sh

run: build dashboard ## Set up, build the warehouse if need be, open the dashboard (PORT=8501, OPEN=0: no browser)

refresh: setup ## Bring what is new from the publishers or FROM=<folder or zip>, rebuild, show what changed (SOURCES=a,b STRICT=1)
	@if test -n "$$FROM"; then \
		$(python) -m pipeline refresh --from "$$FROM"; \
	else \
		$(python) -m pipeline refresh --sources "$$SOURCES" $(if $(filter 1,$(STRICT)),--strict); \
	fi

verify-raw: setup ## Compare the published files in DATA_DIR with their lock: missing, edited, foreign
	@$(python) -m pipeline verify-raw

bundle: setup ## Pack the published files and their lock into OUT=<file>.zip, for make refresh FROM=<file>.zip elsewhere
	@$(python) -m pipeline bundle "$$OUT"

prune: setup ## Name the old releases beyond the newest KEEP=<n> of each file; CONFIRM=1 removes them
	@$(python) -m pipeline prune "$$KEEP" $(if $(filter 1,$(CONFIRM)),--confirm)

status: setup ## Show each source's newest cut, age, next release and last error; nothing is downloaded
	@$(python) -m pipeline status

history: setup ## Show what each release said of a figure: SERIES=<id> PLACE=<code or name> PERIOD=<2025 or 2025-06>
	@$(python) -m pipeline history "$$SERIES" "$$PLACE" "$$PERIOD"

schedule: setup ## Print a monthly refresh for systemd, for cron and for GitHub Actions
	@$(python) -m pipeline schedule

build: setup ## Rebuild the warehouse from the files in DATA_DIR=<folder> (default: data)
	@$(python) -m pipeline build

coverage-check: setup ## Check FILE=<coverage list or file of programme data>, CSV or XLSX: every problem at once; nothing is stored
	@$(python) -m pipeline check-file "$$FILE"

take-down: setup ## Tell nothing more of the coverage of PLACE=<code of a municipality>; lets go of older builds
	@$(python) -m pipeline take-down "$$PLACE"

templates: setup ## Write empty files for a holder of programme data to OUT=<folder>: CSV, and XLSX with notes
	@$(python) -m pipeline templates "$$OUT"

sql: setup ## Open DuckDB's shell with every view in it; the warehouse is read only, your files are not (echo "<query>;" | make -s sql)
	@$(python) -m pipeline sql

dashboard: setup ## Start the dashboard on the warehouse as it is (PORT=8501, OPEN=0: no browser)
	@$(python) -m streamlit run dashboard/app.py --server.port=$(PORT) $(if $(filter 0,$(OPEN)),--server.headless=true)

brief: setup ## Print one place on two sheets: PLACE=<code or name> LOCALE=es|en (OUT=<file>.pdf)
	@$(python) -m dashboard.brief "$$PLACE" --locale "$$LOCALE"

export: setup ## Write every public figure as CSV, Parquet, GeoPackage, Excel to OUT=<folder or file.zip> (SERIES=a,b)
	@$(python) -m pipeline export "$$OUT" --series "$$SERIES"

snapshot: setup ## Compute the bundled snapshot from a refreshed warehouse
	@$(python) -m pipeline snapshot

words: setup ## Bring the dashboard's catalogues in line with its strings; names those without Spanish
	@$(python) tools/words.py

notebooks: build ## Execute the notebooks and write pages and figures to notebooks/build (ONLY=02: one of them)
	@$(python) tools/notebooks.py render $(ONLY)

test: setup ## Run every test, browser tests included
	@tools/test_packages.sh
	@$(python) -m pytest

faults: setup ## Refresh through N=500 random sequences of faults, and through a kill at every step
	@FAULT_SEQUENCES=$(N) $(python) -m pytest tests/faults

validate: setup ## Hold every estimator against worlds whose truth is known; writes docs/validation.md and docs/placebo-programmes.md
	@$(python) -m tests.validation
	@$(python) -m tests.validation.programmes

bench: setup ## Measure build, rebuild, memory, map and research door against their limits (ONLY=fetch|build|dashboard)
	@$(python) -m tests.bench $(filter fetch build dashboard,$(ONLY))

lint: setup ## Check style, types, layers, SQL, docstrings and spelling
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@.venv/bin/lint-imports
	@$(python) -m sqlfluff lint pipeline/store/sql
	@$(python) -m numpydoc lint $$(git ls-files 'pipeline/*.py' 'dashboard/*.py')
	@$(python) -m codespell_lib

docs: setup ## Write the generated pages and build the site into docs/build
	@$(python) -m pipeline docs
	@$(python) -m sphinx -W --keep-going -q docs docs/build
	@echo "docs/build/index.html"

clean: ## Remove the warehouse, generated pages, placed front-end files and caches; keep .venv and data/raw
	@rm -rf "$$DATA_DIR"/processed/* dashboard/static/build dashboard/static/vendor notebooks/build docs/build node_modules \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

# After an edit of the dependencies in pyproject.toml or package.json. Versions stay unless they
# must move; one version for all Pythons and systems.
lock: setup
	@.venv/bin/uv pip compile pyproject.toml --group dev --universal --fork-strategy fewest --no-build \
		--generate-hashes --no-annotate --no-config --custom-compile-command 'make lock' --quiet --output-file requirements.lock
	@tools/npm install --package-lock-only --ignore-scripts
