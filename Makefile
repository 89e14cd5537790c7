PYTHON ?= python3
VENV := .venv/bin
# Three processes keep two cores busy, since many tests wait: for a browser, a worker, a pause in typing. PYTEST="-n 0 -x" and the like narrow a run.
PYTEST ?= -n 3 --no-loadscope-reorder
TEMPLATES = $(shell find templates -name '*.html')
CODE := $(wildcard wbl_course reports classroom discussions knowledgechecks lessonplans surveys cohorts modules foundation accounts tests bench bin) manage.py gunicorn.conf.py

# Every process would compile some 1,200 files anew, which takes longer than all else it does at its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup setup-dev run test checks check fix migrate bench prove lock help

help:  ## What there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup:  ## Install what the application needs into .venv; quick when nothing changed
	@$(PYTHON) bin/setup.py run

setup-dev:  ## Install what the checks and tests need, too
	@$(PYTHON) bin/setup.py dev

run: setup  ## Prepare, load the course and a demonstration, and run everything on PORT (8000)
	@exec $(VENV)/python bin/run.py

test: setup-dev  ## Everything that can be checked; CHECKS=0 leaves out what does not depend on the database
ifneq ($(CHECKS),0)
	@$(MAKE) --no-print-directory checks
endif
	@DJANGO_SETTINGS_MODULE=tests.settings $(VENV)/python manage.py check
	$(VENV)/python -m pytest $(PYTEST)

checks: setup-dev  ## Format, lint, types, import contracts, templates, migrations: no test is run
	$(VENV)/ruff format --check $(CODE)
	$(VENV)/ruff check $(CODE)
	$(VENV)/djade --check --target-version 5.2 $(TEMPLATES)
	$(VENV)/djhtml --check --tabwidth 2 $(TEMPLATES)
	PYTHONPATH=. $(VENV)/mypy  # textstat brings a top-level package `tests` along; ours comes first
	$(VENV)/lint-imports --no-logo
	env -u DATABASE_URL DJANGO_SETTINGS_MODULE=tests.settings $(VENV)/python manage.py makemigrations --check --dry-run

check: checks  ## The same

fix: setup-dev  ## Let the tools mend what they can
	-$(VENV)/ruff check --fix $(CODE)
	$(VENV)/ruff format $(CODE)
	-$(VENV)/djade --target-version 5.2 $(TEMPLATES)
	-$(VENV)/djhtml --tabwidth 2 $(TEMPLATES)

migrate: setup-dev  ## Write migrations for changed models (name them: NAME=…) and apply them
	DEBUG=1 SECRET_KEY=$${SECRET_KEY:-local} $(VENV)/python manage.py makemigrations $(if $(NAME),--name $(NAME))
	DEBUG=1 SECRET_KEY=$${SECRET_KEY:-local} $(VENV)/python manage.py migrate

bench: setup-dev  ## Measure the operations people do against a view that does nothing
	$(VENV)/python -m bench

prove: setup-dev  ## The long proofs: storms, soaks, large data; each prints its figures
	$(VENV)/python -m pytest -m prove -s

lock: setup-dev  ## Resolve the dependencies of pyproject.toml anew into the two lock files
	$(VENV)/uv pip compile pyproject.toml --upgrade $(LOCK) --output-file requirements.txt
	$(VENV)/uv pip compile pyproject.toml --upgrade --group dev --constraint requirements.txt $(LOCK) --output-file requirements-dev.txt

# Universal: one file for every platform and Python that we support. No header, so that no path of this machine gets in.
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
