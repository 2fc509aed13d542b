# What a person types. The words after "##" are what `make` alone prints.

.DEFAULT_GOAL := help

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# The checks neither need nor touch the database of a demo.
MANAGE := DATABASE_URL=sqlite:///var/check.sqlite3 $(BIN)/python manage.py
TEMPLATES := find . -path ./.venv -prune -o -path '*/templates/*.html' -print0

.PHONY: help setup demo test coverage check format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv with all that developing needs
	@scripts/setup development

demo: ## Show the whole job on a sample shop, then serve it; ARGS=--no-serve ends after the job
	@scripts/setup site
	@DEMO_SHOP=1 $(BIN)/python manage.py demo $(ARGS)

test: setup ## Run the checks and all tests; ARGS goes to pytest; STRICT=1 leaves nothing out or fails
	@$(BIN)/python -m tests.run $(ARGS)

coverage: setup ## Run all tests on SQLite, and say which lines and branches none of them reached
	@COVERAGE=1 $(BIN)/python -m tests.run

check: setup ## Format, lint, templates, layers, types, migrations; stop at the first failure
	@echo "Checking: format" && $(BIN)/ruff format --quiet --check .
	@echo "Checking: lint" && $(BIN)/ruff check --quiet .
	@echo "Checking: templates" && $(TEMPLATES) | xargs -0 -r $(BIN)/djade --check
	@echo "Checking: layers" && $(BIN)/lint-imports --no-logo
	@echo "Checking: types" && $(BIN)/mypy .
	@echo "Checking: migrations" && $(MANAGE) makemigrations --check --dry-run
	@echo "Checking: settings" && $(MANAGE) check

format: setup ## Format the code and the templates, and mend what the linter can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .
	@$(TEMPLATES) | xargs -0 -r $(BIN)/djade

lock: setup ## Compile requirements*.in into hashed locks; ARGS=--upgrade takes newer releases
	@$(COMPILE) $(ARGS) requirements.in --output-file requirements.txt
	@$(COMPILE) $(ARGS) requirements.in requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove .venv and all caches; the database in var/ stays
	@rm -rf .venv .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
