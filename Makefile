# Every way to run, test and keep Recours. `make` alone says what there is.
# The two that matter on a fresh machine: `make run` and `make test`.

BIN = .venv/bin
ARGS =
TESTS =
MAIL =

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev servers run run-full samples test check bench soak corpus lock

# A target whose comment begins with a path in brackets is listed when that path exists.
help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { \
		if (match($$2, /^\[[^]]*\] /)) { \
			if (system("test -e " substr($$2, 2, RLENGTH - 3))) next; \
			$$2 = substr($$2, RLENGTH + 1) } \
		printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv from the hashed lock (run and test call it; seconds when nothing changed)
	@sh deploy/setup.sh run

setup-dev:
	@sh deploy/setup.sh dev

servers:
	@sh deploy/setup.sh servers

run: setup ## Start everything in one process, no server needed; Ctrl-C stops it
	@exec $(BIN)/recours run $(ARGS)

run-full: setup-dev servers ## The full shape without Docker: RabbitMQ, MongoDB, four services; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run_full $(ARGS)

samples: setup ## Send the complaints of deploy/samples to the running system again
	@exec $(BIN)/recours send deploy/samples

# Hundreds of tests start the program again: it is compiled once, whatever the environment says.
# A worker takes tests in their order, so that what a module shares is made once, not in each.
test: setup-dev servers ## Run all tests, real RabbitMQ and MongoDB included (TESTS=tests/unit ARGS="-k smtp")
	@sh deploy/setup.sh browser
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal \
		$(ARGS) $(TESTS)

check: setup-dev ## Lint, format, types, layers, and the department's rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy shared services tests deploy
	$(BIN)/lint-imports --no-logo
	$(BIN)/recours rules check

bench: setup-dev servers ## [tests/bench/run.py] Measure both shapes; prints a table and writes JSON
	@exec $(BIN)/python -m tests.bench.run $(ARGS)

soak: setup-dev servers ## [tests/soak/__main__.py] Kill each part in turn under 5,000 mails, and count
	@exec $(BIN)/python -m tests.soak $(ARGS)

corpus: setup-dev ## [tests/corpus/__main__.py] Measure the reader on a folder of mail: make corpus MAIL=folder
	@exec $(BIN)/python -m tests.corpus $(MAIL) $(ARGS)

lock: ## Make both locks again from pyproject.toml (ARGS=--upgrade takes newer versions)
	@sh deploy/setup.sh lock $(ARGS)
