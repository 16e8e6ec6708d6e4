# Everything a developer or CI does. On a fresh machine with Python 3.11+, Rust 1.95+, a C compiler and make, each
# target sets up what it needs: nothing is installed outside .venv and target.

PYTHON ?= python3
BIN := .venv/bin
# A user's own settings must not change what is built or how it is found.
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

SOURCES := $(shell find rust/core/src rust/input/src rust/py/src python -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name py.typed) \
	Cargo.toml Cargo.lock rust/core/Cargo.toml rust/input/Cargo.toml rust/py/Cargo.toml rust/py/build.rs \
	pyproject.toml README.md LICENSE

.PHONY: help demo test test-fast test-fast-rust test-fast-python test-full test-rust
.PHONY: lint format bench bench-compare bench-instructions soak fuzz asan clean
.PHONY: pythons test-pythons

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# --- setting up -------------------------------------------------------------------------------------------------

.venv/ready: tools/venv.sh tools/preflight.sh
	@tools/preflight.sh $(PYTHON)
	tools/venv.sh $(PYTHON) .venv
	@touch $@

# The wheel is installed, not linked to: tests run on what users get, and no stale extension lies in python/.
.venv/built: .venv/ready $(SOURCES)
	@tools/preflight.sh $(PYTHON)
	rm -rf target/wheels
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir target/wheels .
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps target/wheels/cordwood-*.whl
	$(BIN)/python -m pip install --quiet target/wheels/cordwood-*.whl # what it depends on, where that is missing
	@touch $@

# Extras of pyproject.toml, over the wheel that is installed already.
.venv/extra-%: .venv/built pyproject.toml
	@grep -qx "$$(cksum < pyproject.toml)" $@ 2>/dev/null || \
		$(BIN)/python -m pip install --quiet "$$(echo target/wheels/cordwood-*.whl)[$*]"
	@cksum < pyproject.toml > $@

# Environments of their own, each made again only if what it is to hold changes.
FLOOR := $(shell sed -n 's/.*"boto3>=\([0-9.]*\)".*/\1/p' pyproject.toml)
MATURIN := $(shell sed -n 's/^requires = \["\(maturin.*\)"\]/\1/p' pyproject.toml)

# The AWS CLI, which `cordwood put-log-events` is compared with. Its version 1 is the one on PyPI; some releases pin
# botocore to one exact release.
.venv/awscli/ready: .venv/ready always
	@tools/environment.sh $(PYTHON) .venv/awscli "awscli>=1.45.53,<2"

# The oldest boto3 that is supported, for the tests of the client.
.venv/floor/ready: .venv/ready always
	@tools/environment.sh $(PYTHON) .venv/floor "boto3==$(FLOOR)" "botocore==$(FLOOR)" hypothesis pytest

# What makes an sdist.
.venv/packaging/ready: .venv/ready always
	@tools/environment.sh $(PYTHON) .venv/packaging build "$(MATURIN)"

.PHONY: always environments
environments: .venv/extra-test .venv/extra-lint .venv/extra-bench .venv/awscli/ready .venv/floor/ready .venv/packaging/ready

# --- the main job -----------------------------------------------------------------------------------------------

demo: .venv/built ## a million log events through boto3 to a local CloudWatch Logs, and back; or FILE=your.json
	$(BIN)/python benches/demo.py $(if $(FILE),--file "$$FILE")

# --- checks -----------------------------------------------------------------------------------------------------

test: test-rust environments ## every test, the long ones in a short form
	$(BIN)/python -m pytest -m "not full"

test-fast: .venv/extra-test ## while a line is changed: what is quick and needs no other environment
	@$(MAKE) --no-print-directory --jobs=2 --output-sync test-fast-rust test-fast-python

test-fast-rust:
	PROPTEST_CASES=32 cargo test --workspace --lib --locked --quiet

test-fast-python:
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -q -m "not slow and not twin and not full"

test-full: test-rust environments soak test-pythons ## everything, in its long form, on every Python that is here (an hour or more)
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest

test-rust:
	@tools/preflight.sh $(PYTHON)
	cargo test --workspace --locked --quiet

# Python 3.14 and 3.15 come from Debian's newer suites, for machines that have none.
.venv/pythons/%/ready: tools/python.sh
	tools/python.sh $* .venv/pythons/$*
	@touch $@

pythons: .venv/pythons/3.14/ready .venv/pythons/3.15/ready ## Python 3.14 and 3.15 into .venv/pythons, from Debian

test-pythons: .venv/ready .venv/awscli/ready ## the tests on each supported Python that is here, and the missing named
	PYTHONS="$(PYTHONS)" tools/test-pythons.sh

asan: .venv/extra-test ## AddressSanitizer over the code that reads Python's objects, and over the core
	tools/asan.sh

lint: .venv/extra-test .venv/extra-lint .venv/extra-bench ## formatting, clippy, ruff, mypy, the stub against the module
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings
	cargo fmt --manifest-path rust/fuzz/Cargo.toml --check
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest cordwood --mypy-config-file pyproject.toml --allowlist tools/stubtest-allowlist.txt
	@echo "lint: clean"

format: .venv/extra-lint ## write the formatting that lint asks for
	cargo fmt --all
	cargo fmt --manifest-path rust/fuzz/Cargo.toml
	$(BIN)/ruff check --quiet --fix
	$(BIN)/ruff format --quiet

options: .venv/extra-lint ## write what is generated from the definitions of options
	$(BIN)/python tools/options.py

# --- measuring --------------------------------------------------------------------------------------------------

BENCH_EVENTS ?= 1000000

bench: .venv/extra-bench .venv/awscli/ready ## benchmarks beside their peers, into docs/benchmarks.md and .svg (half an hour)
	cargo bench --locked --package cordwood-core --package cordwood-input
	CORDWOOD_BENCH_EVENTS=$(BENCH_EVENTS) $(BIN)/python -m pytest benches --benchmark-json=target/benchmarks.json
	$(BIN)/python benches/steps.py --json target/steps.json
	$(BIN)/python benches/growth.py --json target/growth.json
	$(BIN)/python benches/startup.py --json target/startup.json
	$(BIN)/python benches/answered.py --json target/requests.json
	$(BIN)/python benches/throughput.py --json target/throughput.json
	$(BIN)/python benches/logs.py --json target/logs.json
	$(BIN)/python benches/big_upload.py --gigabytes 5 --json target/big_upload.json
	$(BIN)/python benches/memory.py --seconds 60 --json target/memory.json
	$(BIN)/python benches/report.py

# What one change did: `make bench-compare` at the one commit saves, and at the other compares with what was saved.
bench-compare: .venv/extra-bench ## the Python benchmarks beside the run before, in ratios
	CORDWOOD_BENCH_EVENTS=$(BENCH_EVENTS) $(BIN)/python -m pytest benches --benchmark-autosave --benchmark-compare \
		--benchmark-columns=median,iqr,rounds --benchmark-group-by=fullname --benchmark-sort=name

bench-instructions: .venv/built ## instructions of the core, of uploads and starts, by valgrind; BEFORE=FILE adds ratios
	$(BIN)/python benches/instructions.py --json target/instructions.json $(if $(BEFORE),--compare "$(BEFORE)")

SOAK_SCHEDULES ?= 400
SOAK_KILLS ?= 50

soak: .venv/extra-test ## uploads under hundreds of schedules of faults, and a command that is killed again and again
	$(BIN)/python -W ignore tests/support/soak.py --schedules $(SOAK_SCHEDULES) --kills $(SOAK_KILLS)

FUZZ_SECONDS ?= 30

fuzz: ## every fuzz target, FUZZ_SECONDS each
	@tools/preflight.sh $(PYTHON)
	tools/fuzz.sh $(FUZZ_SECONDS)

clean: ## remove everything that was built
	rm -rf .venv target rust/fuzz/target .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
