# Two commands: `make run` and `make test`. Needs Python 3.11 or newer; the logic is in scripts/ and lbg_support/.
PYTHON ?= python3
PY := .venv/bin/python
EMBEDDED := $(PY) -m lbg_support.embedded exec
ARGS ?=

.PHONY: run test lint format shell screens chaos chaos-statements dev

run:
	@$(PYTHON) scripts/prepare.py requirements-embedded.txt
	@$(PY) -m lbg_support.supervisor

test: dev
	@$(PY) scripts/system_packages.py pango browser gettext
	@$(EMBEDDED) --ephemeral -- sh scripts/tests.sh $(ARGS)

lint: dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

format: dev
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

# A Django shell on the data of `make run`, whether that runs at the moment or not.
shell:
	@$(PYTHON) scripts/prepare.py requirements-embedded.txt
	@$(EMBEDDED) -- $(PY) manage.py shell

# docs/screens/ anew, from the demo company of a fixed day. `make screens ARGS=board` takes only the boards.
screens: dev
	@$(PY) scripts/system_packages.py pango browser
	@$(EMBEDDED) --ephemeral -- $(PY) scripts/screenshots.py $(ARGS)

# The outbox under fire: 2 000 messages, 30 SIGKILLs, a control run that must fail. Takes some minutes.
chaos: dev
	@$(EMBEDDED) --ephemeral -- $(PY) bench/chaos_outbox.py $(ARGS)

# Forty imports of overlapping statements at once under SIGKILL: each movement of money once, to the kopeck.
chaos-statements: dev
	@$(EMBEDDED) --ephemeral -- $(PY) bench/chaos_statements.py $(ARGS)

dev:
	@$(PYTHON) scripts/prepare.py requirements-dev.txt
