# Two commands do all the set-up: `make demo` and `make test`. Python 3.11 or newer with venv is all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types docs bench planted soak editors test-editors vsix test-vscode pictures clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/turnlint check --target openai --output-format full --exit-zero fixtures/demo

# The tests start hundreds of processes, each of which would compile every module where bytecode is not kept.
# Only one process can rewrite the pages of cases.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.test
	$(BIN)/python -m pytest $(if $(UPDATE),,--numprocesses auto --dist worksteal)

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.test
	$(BIN)/mypy

docs: $(VENV)/.test
	$(BIN)/python -m tests.docs

bench: $(VENV)/.test
	$(BIN)/python -m tests.benchmarks

planted: $(VENV)/.test
	PLANTED_ROWS=100000 $(BIN)/python -m pytest tests/test_planted.py

soak: $(VENV)/.test
	$(BIN)/python -m tests.soak --edits 100000 --minutes 60

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "turnlint needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	@touch $@ $(VENV)/.installed

# The editors that the tests drive, and Node where the machine has none. What cannot be had is said, with the reason.
export PATH := $(PATH):$(CURDIR)/.editors/bin

editors:
	tests/editors/install

test-editors: editors $(VENV)/.test
	$(BIN)/python -m pytest tests/editors
	$(MAKE) --no-print-directory test-vscode

# The VS Code extension, with the wheel of turnlint. npm with Node 20 or newer is all it needs; no script of a package is run.
VSCODE := editors/vscode
VSIX := $(VSCODE)/dist/turnlint.vsix

vsix: $(VSIX)

$(VSIX): $(addprefix $(VSCODE)/,package.json tsconfig.json README.md CHANGELOG.md LICENSE .vscodeignore \
		node_modules/.package-lock.json) $(shell find $(VSCODE)/src $(wildcard $(VSCODE)/media) -type f) \
		pyproject.toml $(shell find server -type f -not -name '*.pyc') | $(VENV)/bin/python
	@mkdir -p $(VSCODE)/dist
	cd $(VSCODE) && PYTHON=$(abspath $(BIN)/python) npm run package > dist/package.log 2>&1 || { cat dist/package.log; exit 1; }
	@if grep -A 3 WARNING $(VSCODE)/dist/package.log; then exit 1; else tail -1 $(VSCODE)/dist/package.log; fi

$(VSCODE)/node_modules/.package-lock.json: $(VSCODE)/package-lock.json
	@command -v npm > /dev/null || { echo "npm is not on the PATH: install Node 20 or newer to build the extension."; exit 1; }
	cd $(VSCODE) && npm ci --ignore-scripts

test-vscode: $(VENV)/.installed
	tests/$(VSCODE)/run $(abspath $(BIN)/turnlint)

pictures: $(VENV)/.installed
	tests/$(VSCODE)/run --pictures $(VSCODE)/images $(abspath $(BIN)/turnlint)

clean:
	rm -rf $(VENV) .editors $(VSCODE)/dist $(VSCODE)/node_modules tests/$(VSCODE)/node_modules tests/$(VSCODE)/output
