# Everything a person or a machine does here. `make demo` and `make test` set up all
# they need first; a second run starts at once.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
DEMO_PORT ?= 8000
DEMO_SECONDS ?= 0

.PHONY: demo demo-stop-redis demo-start-redis demo-break-login demo-mend-login \
	test check pytest vitest fix bench \
	docs wheel constraints messages setup front clean help

help:
	@echo "make demo         the example application with its dashboard"
	@echo "make test         everything that must hold before a commit"
	@echo "make check        format, lint, types and import direction"
	@echo "make fix          format and mend what the linter can"
	@echo "make bench        measure, write benchmarks/RESULTS.md"
	@echo "make docs         build the documentation, warnings are errors"
	@echo "make wheel        build the package with the dashboard in it"
	@echo "make constraints  renew the pins"
	@echo "make messages     bring new sentences of the public page to the translators"

demo: setup
	@$(BIN)/python examples/driver_app/demo.py run --port $(DEMO_PORT) --seconds $(DEMO_SECONDS)

demo-stop-redis demo-start-redis demo-break-login demo-mend-login:
	@$(BIN)/python examples/driver_app/demo.py $(@:demo-%=%)

test: check pytest vitest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	cd frontend && npm run --silent check

pytest: setup
	$(BIN)/pytest -q -n $(WORKERS) --dist loadscope --ignore=tests/browser
	@# Apart: a browser keeps an event loop in its process, where Django refuses its ORM.
	$(BIN)/pytest -q tests/browser
	cd examples/driver_app && ../../$(BIN)/python -W error manage.py test --verbosity 0

vitest: setup
	cd frontend && npm run --silent test

fix: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python scripts/bench.py

docs: setup
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

wheel: setup
	$(BIN)/python scripts/wheel.py

constraints:
	$(PYTHON) scripts/constraints.py

# Names the sentences that a language still lacks.
messages: setup
	$(BIN)/python scripts/messages.py

setup:
	@$(PYTHON) scripts/setup.py

front:
	@$(PYTHON) scripts/setup.py front

# What was built or kept by a demo; the virtual environment stays.
clean:
	rm -rf .demo .cache dist docs/_build src/pulseboard/static/pulseboard/build
	rm -f src/pulseboard/locale/*/LC_MESSAGES/*.mo
