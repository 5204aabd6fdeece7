# Tasks of the project; `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Written last: an environment without it is rebuilt.
STAMP := $(VENV)/installed
# Written when what only `make docs` needs is there as well.
SITE := $(VENV)/installed-docs

ifneq ($(words $(VENV)),1)
$(error VENV must be one path without spaces, not "$(VENV)"; the checkout itself may be in a folder with spaces)
endif

# Without byte code each notebook kernel compiles all libraries again, which takes longer than the report.
unexport PYTHONDONTWRITEBYTECODE
# Keeps packages of another environment out of this one.
unexport PYTHONPATH PYTHONHOME PIP_USER

.PHONY: help install report reports test properties fuzz mutation docs lint format messages lab app wheel constraints clean

help: ## list the tasks
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

install: $(STAMP) ## create the environment and install everything (VENV=.venv, PYTHON=python3)

report: $(STAMP) ## write the example plan, the four plans in their own time, target setting and the overview to reports/
	"$(BIN)/forecast" run params/example params/plan_time/*.yaml params/target_setting.yaml params/overview.yaml

reports: $(STAMP) ## write every report: also mid-term, final, single indicators, earlier dates
	"$(BIN)/forecast" run params/example $(filter-out params/scenarios/% params/example/%,$(wildcard params/*.yaml params/*/*.yaml))

test: $(STAMP) ## run tests, docstring examples and notebooks
	"$(BIN)/python" -m pytest -n 3 --dist worksteal

docs: $(SITE) ## build the documentation as a site in build/docs
	NO_MKDOCS_2_WARNING=1 "$(BIN)/mkdocs" build --strict --quiet
	@echo "Open build/docs/index.html"

mutation: $(STAMP) ## change model and targets bit by bit, EACH=25 changes a module, and list those that no test notices
	PIP_CONSTRAINT=constraints.txt "$(BIN)/python" -m pip install --quiet mutmut==3.8.1
	"$(BIN)/python" benchmarks/mutation.py --each $(or $(EACH),25) $(MODULES)

properties: $(STAMP) ## ask the public interface about a million made series (SERIES=1000000); half an hour
	"$(BIN)/python" benchmarks/properties.py --series $(or $(SERIES),1000000)

fuzz: $(STAMP) ## try made tables and files on the public interface and the readers (MINUTES=60)
	"$(BIN)/python" benchmarks/fuzz.py --minutes $(or $(MINUTES),60)

lint: $(STAMP) ## check style, formatting, types and the order of packages
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports" --no-cache

format: $(STAMP) ## format the code and strip notebook outputs
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .
	"$(BIN)/jupyter" nbconvert --clear-output --inplace notebooks/*.ipynb

messages: $(STAMP) ## extract messages from the code and update the translation catalogues
	@mkdir -p build
	"$(BIN)/python" -m babel.messages.frontend --quiet extract --mapping babel.cfg --no-default-keywords --no-location --omit-header \
		--keyword gettext --keyword N_ --keyword msg --keyword pgettext:1c,2 \
		--keyword check_name:1 --keyword UnknownNameError:1 --output build/forecast.pot src/forecast
	for po in src/forecast/i18n/locale/*/LC_MESSAGES/forecast.po; do \
		"$(BIN)/python" -m babel.messages.frontend --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header \
			--width 100 --input-file build/forecast.pot --output-file $$po \
			--locale $$(basename $$(dirname $$(dirname $$po))); done

lab: $(STAMP) ## open the planner's desk in JupyterLab, without network requests
	"$(BIN)/jupyter" lab --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate notebooks/planner.ipynb

app: $(STAMP) ## serve the planner's desk as a web page on this machine
	"$(BIN)/forecast" app

wheel: $(STAMP) ## build the wheel into dist/
	"$(BIN)/python" -m hatchling build -t wheel

constraints: ## pin the newest versions in constraints.txt (needs uv)
	@command -v uv >/dev/null || { echo "make constraints needs uv: pip install uv" >&2; exit 1; }
	echo editables | uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--extra test --extra docs --no-annotate --no-header --output-file constraints.txt pyproject.toml -

clean: ## remove the environment, caches and builds, but no reports
	@if [ -e "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	rm -rf build dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The build requirements are pinned by constraints.txt as well.
$(STAMP): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
		echo "forecast needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is not one of them." >&2; \
		echo "Install one and name it: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@if [ -d "$(VENV)" ] && [ ! -e "$(VENV)/pyvenv.cfg" ] && ! rmdir "$(VENV)" 2>/dev/null; then \
		echo "'$(VENV)' is a folder but no Python environment; remove it or choose another VENV." >&2; exit 1; fi
	@echo "Installing into $(VENV); this takes one to three minutes the first time."
	@if command -v uv >/dev/null; then \
		{ [ -e "$@" ] || uv venv --quiet --clear --seed --python "$(PYTHON)" "$(VENV)"; } && rm -f "$@" && \
		uv pip install --quiet --python "$(BIN)/python" --compile-bytecode \
			--constraint constraints.txt --build-constraint constraints.txt --editable '.[test]'; \
	else \
		{ [ -e "$@" ] || "$(PYTHON)" -m venv --clear "$(VENV)"; } && rm -f "$@" && \
		PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
			"$(BIN)/python" -m pip install --quiet --compile --editable '.[test]'; \
	fi
	@touch "$@"

$(SITE): $(STAMP)
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
		"$(BIN)/python" -m pip install --quiet --editable '.[docs]'
	@touch "$@"
