# The commands of daily work. `make` alone lists them; each may be repeated at will.
#
# CARGO and CARGO_FLAGS may be set from outside, for example CARGO_FLAGS=--offline.

CARGO ?= cargo
CARGO_FLAGS ?= --locked

# Run through Cargo, which knows where it built the program, whatever CARGO_TARGET_DIR says.
MEDIARY = $(CARGO) run --quiet --release $(CARGO_FLAGS) --
# The program that the tests run: built with what they need, so that nothing is built twice with other features.
MEDIARY_DEV = $${CARGO_TARGET_DIR:-target}/debug/mediary

.DEFAULT_GOAL := help
# What the dashboard is built from.
DASHBOARD = $(shell find dashboard -type d \( -name node_modules -o -name dist -o -name tests \) -prune -o -type f ! -name openapi.d.ts -print)

.PHONY: help setup dashboard test-dashboard screenshots run test test-servers deny check check-fuzz check-fresh test-clients lint bench bench-gateways models install clean system dev-models release

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install whatever is missing: system packages, native libraries, weights; build the dashboard
	@$(MAKE) --no-print-directory dashboard || echo "Going on without the dashboard; /dashboard will say how to get it."
	@$(MAKE) --no-print-directory models

dashboard: system dashboard/dist/index.html ## Build the pages at /dashboard, if they have changed (Node, or Python to fetch it)

dashboard/dist/index.html: $(DASHBOARD)
	@sh scripts/dashboard.sh

run: setup ## Set up, build and serve on 127.0.0.1:8001
	$(MEDIARY) serve

# The dev profile for everything, so that testing never waits for a release build.
test: dashboard dev-models test-servers ## Run every test, on the real engines and in a real browser
	$(CARGO) test $(CARGO_FLAGS) --workspace
	@$(MAKE) --no-print-directory test-dashboard

# Debug builds read the pages from the folder, so that a changed page needs no new program.
test-dashboard: dashboard ## Try the dashboard in Chromium against the program of `make test`
	@sh scripts/system-packages.sh --tests
	$(CARGO) test $(CARGO_FLAGS) --workspace --no-run
	@PATH="$$(sh scripts/dashboard.sh --tools):$$PATH" && cd dashboard && npm run --silent check && npm run --silent test

screenshots: dashboard ## Renew the pictures in docs/pictures
	$(CARGO) build $(CARGO_FLAGS) --workspace
	@PATH="$$(sh scripts/dashboard.sh --tools):$$PATH" && cd dashboard && node build/screenshots.mjs

check: lint test ## All that must hold before a commit: format, lints, docs, tests

lint: system
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) fmt --manifest-path benches/gateways/Cargo.toml --check
	$(CARGO) clippy $(CARGO_FLAGS) --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(CARGO_FLAGS) --workspace --no-deps --document-private-items

# Built with counters at every branch, which the stable compiler has, and with the versions that are shipped: hence the
# copy of the lock file, to which Cargo adds libFuzzer. What is found is kept in target/fuzz/artifacts; the fuzzer run
# with such a file as its only argument shows it again.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS = --cfg fuzzing -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
	-C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
	-C llvm-args=-sanitizer-coverage-trace-compares
FUZZ = cd fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) run $(filter-out --locked,$(CARGO_FLAGS)) \
	--target host-tuple --target-dir ../target/fuzz --bin

check-fuzz: ## Feed classification, uploads and readers mutated bytes, FUZZ_SECONDS=60 each
	cp Cargo.lock fuzz/Cargo.lock
	@for target in classification multipart office_parts office_texts office_files; do ( $(FUZZ) $$target -- ../target/fuzz/corpus/$$target \
		../target/fuzz/seeds/$$target -artifact_prefix=../target/fuzz/artifacts/$$target/ -max_len=8192 -timeout=10 \
		-max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -verbosity=0 ) || exit 1; done

check-fresh: ## Do the README's first command on a bare Debian 12, made for it (root only, some minutes)
	@sh scripts/check-fresh.sh

test-clients: setup ## Let client libraries talk to the server (needs the package indexes for them)
	python3 -m venv target/clients-venv && target/clients-venv/bin/pip install -q -r tests/clients/requirements.txt
	python3 -m venv target/clients-venv-older
	target/clients-venv-older/bin/pip install -q -r tests/clients/requirements-older.txt
	mkdir -p target/clients-node && cp tests/clients/node/* target/clients-node
	cd target/clients-node && PATH="$(CURDIR)/target/clients-venv/bin:$$PATH" npm ci --silent --no-audit --no-fund
	PATH="$(CURDIR)/target/clients-venv/bin:$$PATH" target/clients-venv/bin/python tests/clients/run.py target/release/mediary \
		--older target/clients-venv-older/bin/python --node target/clients-node

bench: setup bench-gateways ## Compare speed, accuracy and memory with other programs
	$(CARGO) build --release $(CARGO_FLAGS) --workspace --example media_speed
	python3 benches/run.py

# What stands around the gateways, with the versions that are shipped, as for the fuzzer; and the timers of planner and ledger.
bench-gateways:
	$(CARGO) build --release $(CARGO_FLAGS) -p mediary-core --example plan_speed --example quota_speed
	cp Cargo.lock benches/gateways/Cargo.lock
	cd benches/gateways && $(CARGO) build --release $(filter-out --locked,$(CARGO_FLAGS)) \
		--target-dir ../../target/bench-gateways

models: release ## Fetch missing or damaged libraries and weights, and choose how to run them
	$(MEDIARY) models pull
	$(MEDIARY) models tune --once

# Started elsewhere than in this checkout, since what is pulled inside it is found only inside it.
INSTALLED = cd / && "$${CARGO_INSTALL_ROOT:-$${CARGO_HOME:-$$HOME/.cargo}}/bin/mediary"

install: system ## Install the program for this user, with its libraries and weights
	$(CARGO) install --path . $(CARGO_FLAGS)
	$(INSTALLED) models pull
	$(INSTALLED) models tune --once

clean: ## Remove what was built; fetched libraries and weights stay
	$(CARGO) clean

# System packages come before the build, which wants a linker and a C compiler.
system:
	@sh scripts/system-packages.sh

# PostgreSQL, Redis and an S3-compatible store, which tests start by themselves.
test-servers:
	@sh scripts/test-servers.sh

# The version that is pinned, built once into the folder of what is built. It asks the database of advisories over the network.
DENY = target/cargo-deny

deny: ## Hold dependencies against deny.toml: licences, sources, bans, advisories
	@[ -x $(DENY)/bin/cargo-deny ] || $(CARGO) install cargo-deny --version 0.20.2 --locked --quiet --root $(DENY) \
		--target-dir $(DENY)/build
	$(DENY)/bin/cargo-deny --all-features check --hide-inclusion-graph

release: system
	$(CARGO) build --release $(CARGO_FLAGS)

# What `models pull` leaves until it is named, and the tests of answers to words of the same meaning ask.
TESTED_BY_NAME = e5-small

dev-models: system
	$(CARGO) test $(CARGO_FLAGS) --workspace --no-run
	$(MEDIARY_DEV) models pull
	$(MEDIARY_DEV) models pull $(TESTED_BY_NAME)
	$(MEDIARY_DEV) models tune --once
