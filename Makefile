# Few verbs; each does all the set-up it needs. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-bench
export DAGSTER_HOME ?= $(CURDIR)
# Most verbs start several processes, tests hundreds: what one has compiled the next ones find.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo dev alert-test answers mapping decide rejects metrics prune forget doctor snowflake-setup docs screenshots test test-fast torture bench audit lint clean plan

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/ready  ## a week of generated sales through the whole graph, and the five answers
	@$(BIN)/python -m ecom_assets.commands.demo

dev: $(VENV)/ready  ## the Dagster UI on http://127.0.0.1:3000 (PORT=3001), ready to materialize and backfill
	@$(BIN)/python -m ecom_assets.commands.dev --port "$${PORT:-3000}"

alert-test: $(VENV)/ready  ## a sample alert to each channel in ECOM_ALERT_URLS
	@$(BIN)/python -m ecom_assets.commands.try_channels

answers: $(VENV)/ready  ## the answers; FORMAT=csv or json for pipes, QUESTION=name, AS_OF=moment
	@$(BIN)/python -m ecom_assets.commands.answers --format $${FORMAT:-table} $${QUESTION:+--question $$QUESTION} \
		$${AS_OF:+--as-of $$AS_OF}

plan: $(VENV)/ready  ## what a replay would change: DAYS=2026-01-05 or 2026-01-05..2026-01-09, by default all; FORMAT=json
	@$(BIN)/python -m ecom_assets.commands.plan --format $${FORMAT:-table} $${DAYS:+--days $$DAYS}

mapping: $(VENV)/ready  ## how FILE=sample.jsonl would be read, by which mapping; MAPPING=name, WRITE=mapping.toml
	@$(BIN)/python -m ecom_assets.commands.mapping '$(FILE)' $(if $(MAPPING),--mapping '$(MAPPING)') \
		$(if $(WRITE),--write '$(WRITE)')

decide: $(VENV)/ready  ## what people decided about bad data; DECISION=publish DAYS=… WHO=… WHY=… makes one
	@$(BIN)/python -m ecom_assets.commands.decide $(DECISION) --days "$$DAYS" --file "$$FILE" --rule "$$RULE" \
		--source "$$SOURCE" --up-to "$$UP_TO" --ends "$$ENDS" --who "$$WHO" --why "$$WHY"

rejects: $(VENV)/ready  ## the lines of DAY=2026-01-05 that have rejects, to be corrected; FILE=name
	@$(BIN)/python -m ecom_assets.commands.rejects "$$DAY" --file "$$FILE"

metrics: $(VENV)/ready  ## how the pipeline is, as Prometheus reads it; FILE=ecom_assets.prom for node_exporter
	@$(BIN)/python -m ecom_assets.commands.metrics $${FILE:+--file "$$FILE"}

prune: $(VENV)/ready  ## what nobody needs any more: old versions of files in RAW (VERSIONS_DAYS=90), old runs (RUNS_DAYS=365); APPLY=1 deletes it
	@$(BIN)/python -m ecom_assets.commands.prune $(if $(filter 1,$(APPLY)),--apply) \
		$${VERSIONS_DAYS:+--versions-days "$$VERSIONS_DAYS"} $${RUNS_DAYS:+--runs-days "$$RUNS_DAYS"}

forget: $(VENV)/ready  ## erase what leads to CUSTOMER=id, everywhere: says what, and APPLY=1 does it and prints the certificate
	@$(BIN)/python -m ecom_assets.commands.forget "$$CUSTOMER" $(if $(filter 1,$(APPLY)),--apply)

doctor: $(VENV)/ready  ## what is fine and what to fix: settings, landing zone, warehouse, Dagster
	@$(BIN)/python -m ecom_assets.doctor

snowflake-setup: $(VENV)/ready  ## print what Snowflake and AWS need [KMS_KEY=arn]; APPLY=1 [CONNECTION=name] runs it in Snowflake
	@$(BIN)/python -m ecom_assets.setup.snowflake $(if $(filter 1,$(APPLY)),--apply) \
		$(if $(CONNECTION),--connection '$(CONNECTION)') $(if $(KMS_KEY),--kms-key '$(KMS_KEY)')

docs: $(VENV)/ready-dev  ## renew what is made from the code: parts of the documentation, golden SQL
	@$(BIN)/python -m ecom_assets.reference
	@ECOM_UPDATE_GOLDEN=1 $(BIN)/pytest -q ecom_assets_tests/warehouse/test_sql.py

# As many at once as there are processors and so many more; in the order of support/selection.py.
AT_ONCE = -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + $(1))') --dist loadgroup \
	--no-loadscope-reorder

test: $(VENV)/ready-dev  ## all tests
	@$(BIN)/pytest $(call AT_ONCE,2)

test-fast: $(VENV)/ready-dev  ## the tests that start no server, emulation or browser: two minutes
	@$(BIN)/pytest $(call AT_ONCE,0) -m 'not slow and not snowflake_live' --durations=5 --durations-min=3

torture: $(VENV)/ready-dev  ## crashes, bad S3, hostile input, races: minutes; SEED=1; figures to docs/reliability.md
	@$(BIN)/pytest --torture --seed=$${SEED:-1} --figures

bench: $(VENV)/ready-dev $(PEERS)/ready  ## speed beside peers, into docs/benchmarks.md; QUICK=1, ONLY="row …"
	@$(BIN)/python -m benchmarks --peers $(PEERS)/bin/python $(if $(filter 1,$(QUICK)),--quick) \
		$(if $(ONLY),--only $(ONLY))

audit: $(VENV)/audit/bin/pip-audit  ## known vulnerabilities of what is locked; asks pypi.org, and fails where it cannot
	@for lock in requirements.lock requirements-dev.lock deploy/*.lock; do \
		echo "$$lock:"; $(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip -r $$lock || exit 1; done

lint: $(VENV)/ready-dev  ## style, types and SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 0 ecom_assets/sql
	@# what Snowflake is sent must parse, whatever its style
	@$(BIN)/sqlfluff lint --processes 0 --templater raw --rules JJ01 ecom_assets_tests/warehouse/golden/snowflake

screenshots: $(VENV)/ready-dev  ## the pictures of README and docs anew, from a real run in Chromium
	@$(BIN)/python -m screenshots

clean:  ## delete the virtual environments and all data; asks before it deletes files that you have put into data/landing
	@others=$$(find data/landing -type f ! -name sales.jsonl 2>/dev/null | sort); \
	if [ -n "$$others" ]; then \
		echo "$$others" | head -20; \
		echo "These $$(echo "$$others" | wc -l) files in data/landing were not generated. Delete them, too? [y/N]"; \
		read -r answer || true; \
		case "$$answer" in [yY]*) ;; *) echo "Nothing was deleted: move them away first."; exit 1;; esac; \
	fi
	@rm -rf $(VENV) $(PEERS) data .pytest_cache .mypy_cache .ruff_cache *.egg-info

# uv installs in a fraction of pip's time; where it is not to be had, or fails, pip does it.
UV = $$(command -v uv || echo $(BIN)/uv)
INSTALL = $(UV) pip install -q --python $(1)/bin/python $(2) 2>/dev/null || \
	$(1)/bin/pip install -qq --disable-pip-version-check $(2)

# A virtual environment knows its place by its full path: one that was moved with its folder is made anew.
ifneq ($(wildcard $(VENV)/bin/pip),)
ifeq ($(shell head -3 $(VENV)/bin/pip | grep -F '$(CURDIR)/$(VENV)/bin/python'),)
$(info This folder was moved: $(VENV) is made anew.)
$(shell rm -rf $(VENV))
endif
endif

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=… ($(PYTHON) is older)."; exit 1; }
	@echo "Setting up $(VENV) (once; half a minute, or two where uv is not to be had)"
	@$(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || $(BIN)/pip install -qq --disable-pip-version-check uv==0.13.9 2>/dev/null || true

$(VENV)/audit/bin/pip-audit: $(VENV)/bin/python
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/pip install -qq --disable-pip-version-check pip-audit==2.10.1

$(VENV)/ready: $(VENV)/bin/python requirements.lock setup.cfg
	@$(call INSTALL,$(VENV),-r requirements.lock)
	@$(call INSTALL,$(VENV),--no-deps -e .)
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock deploy/requirements.lock
	@$(call INSTALL,$(VENV),-r requirements-dev.lock -r deploy/requirements.lock)
	@touch $@

$(PEERS)/ready: $(VENV)/bin/python benchmarks/requirements.lock
	@$(PYTHON) -m venv $(PEERS)
	@$(call INSTALL,$(PEERS),-r benchmarks/requirements.lock)
	@touch $@
