# Everything a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# One static release build serves the demo, the benchmarks and the packages.
RELEASE_FLAGS := -c release --static-swift-stdlib
RELEASE_DIR = $(shell swift build $(RELEASE_FLAGS) --show-bin-path)
EXAMPLE ?= fintech-training
PORT ?= 8080
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks Fuzz

.PHONY: help tools demo release test check format lint fuzz bench dist dist-check clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

tools: ## say what is missing, and install what Debian has of it
	@scripts/require swift git python3 cc

release: tools ## the static release build
	swift build $(RELEASE_FLAGS) --product assay

demo: release ## decide an example (EXAMPLE=…) and serve its report on 127.0.0.1:8080 (PORT=…)
	"$(RELEASE_DIR)/assay" decide Examples/$(EXAMPLE) -o out/$(EXAMPLE)
	@scripts/serve out/$(EXAMPLE) $(PORT)

test: tools ## install what the tests need, run all of them, end with one total
	scripts/test

format: ## lay the code out
	swift format -i --recursive --parallel $(SWIFT_SOURCES)

lint: ## the layout and the documentation comments, as CI checks them
	swift format lint --strict --recursive --parallel $(SWIFT_SOURCES)

check: lint test ## what CI runs

fuzz: tools ## every importer fuzzed for a minute (SECONDS_EACH=…, FORMATS="fio rtla")
	scripts/fuzz

bench: release ## the figures that README and docs quote
	scripts/bench

dist: release ## static tarball and .deb with checksums, under dist/
	scripts/dist "$(RELEASE_DIR)/assay"

dist-check: dist ## unpack and run them in a bare Debian 12 root without Swift
	scripts/dist-check

clean: ## remove what was built
	rm -rf .build out dist
