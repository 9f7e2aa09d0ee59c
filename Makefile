# make demo    set up .venv and run the example production, from dossier to verdict
# make test    set up everything the tests need, and run them        (ARGS='-k packs' narrows)
# make check   lint, formatting, types, rooms, generated docs
# make docs    write docs/reference anew from the code
# make lock    compile requirements/*.txt anew from pyproject.toml
# make clean   remove caches and outputs (.venv stays; delete the folder to start over)
#
# PYTHON=python3.12 chooses the Python of .venv: 3.11, 3.12 or 3.13.
PYTHON ?=
ARGS ?=
BIN := .venv/bin

.PHONY: help demo test check docs lock clean base dev
.NOTPARALLEL:

help:
	@sed -n 's/^# //p' Makefile

base:
	@sh scripts/venv base "$(PYTHON)"

dev:
	@sh scripts/venv dev "$(PYTHON)"

demo: base
	@$(BIN)/python examples/demo.py

test: dev
	@sh scripts/debian-packages
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ARGS)

check: dev
	@$(BIN)/ruff check --quiet --output-format concise
	@$(BIN)/ruff format --check --quiet --output-format concise || { echo "$(BIN)/ruff format puts that right"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@found=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$found"; exit 1; }
	@$(BIN)/python docs/generate.py --check
	@echo "check: lint, formatting, types, rooms and generated docs are in order"

docs: dev
	@$(BIN)/python docs/generate.py

lock: dev
	@$(BIN)/uv pip compile -q --upgrade pyproject.toml requirements/build.in -o requirements/base.txt
	@$(BIN)/uv pip compile -q --upgrade pyproject.toml requirements/build.in --extra dev -c requirements/base.txt -o requirements/dev.txt
	@git --no-pager diff --stat -- requirements

clean:
	@rm -rf build dist cleancut-out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -path ./.venv -prune -o \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +
