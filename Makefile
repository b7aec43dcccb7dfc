# Every target only names an npm script; `npm run` lists them all.
INSTALLED := node_modules/.installed
# HOST counts on the command line alone: some shells export a variable of that name.
SERVER := $(if $(filter command line,$(origin HOST)),$(HOST))

.PHONY: help install build dist demo dev vault test test-unit test-hosts test-conformance test-crash test-cluster test-soak test-hostile check bench lint fmt proto clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(INSTALLED): package-lock.json
	@sh dev/build/require-node.sh
	npm ci --no-progress
	@touch $@

install: $(INSTALLED) ## Install what the project is built and tested with

build: $(INSTALLED) ## Build plugin/bin/vault-plugin-secrets-keymgmt
	@npm run --silent build

dist: $(INSTALLED) ## Build what a release consists of into dist/: executables that need no Node.js, checksums, SBOM (Linux)
	@npm run --silent dist

demo: $(INSTALLED) ## Show the whole life of a key on a real server [HOST=vault|bao] [PROVIDER=awskms|azurekeyvault|gcpckms]
	@npm run --silent demo -- $(SERVER) $(if $(PROVIDER),--provider=$(PROVIDER))

dev: $(INSTALLED) ## Leave a server with the plugin running [HOST=vault|bao] [PROVIDER=awskms|azurekeyvault|gcpckms]
	@npm run --silent dev -- $(SERVER) $(if $(PROVIDER),--provider=$(PROVIDER))

vault: $(INSTALLED) ## Compile HashiCorp Vault for demo and tests [VERSION=1.21.1]
	@npm run --silent vault -- $(VERSION)

test: $(INSTALLED) ## Run all tests
	@npm run --silent test

test-unit: $(INSTALLED) ## Run the tests that need no servers, emulators, Go or built plugin, and check their coverage
	@npm run --silent coverage

test-hosts: $(INSTALLED) ## Run the end-to-end tests on all servers, and write docs/compatibility.md
	@npm run --silent test:hosts

test-conformance: $(INSTALLED) ## Ask the plugin all that HashiCorp's client can ask, in six of its versions (Go)
	@npm run --silent test:conformance

test-crash: $(INSTALLED) ## Kill the plugin at every call that every verb makes
	@npm run --silent test:crash

test-cluster: $(INSTALLED) ## Kill active nodes of a three-node cluster under load [HOST=vault|bao]
	@npm run --silent test:cluster -- $(SERVER)

test-soak: $(INSTALLED) ## Let 64 clients work while the cloud misbehaves [HOST=vault|bao]
	@npm run --silent test:soak -- $(SERVER)

test-hostile: $(INSTALLED) ## Attack the plugin over its wire with many more messages than make test does
	@npm run --silent test:hostile

check: $(INSTALLED) ## Check format, types, lint, rings, dead code, generated files
	@npm run --silent check

bench: $(INSTALLED) ## Measure speed and memory beside HashiCorp's Go kv plugin on real servers (wrk, Go) [QUICK=1]
	@npm run --silent bench -- $(if $(QUICK),--quick)

lint: $(INSTALLED) ## Lint
	@npm run --silent lint

fmt: $(INSTALLED) ## Format everything
	@npm run --silent format

proto: $(INSTALLED) ## Generate code from proto/
	@npm run --silent proto

clean: ## Remove what was installed and built (the cache of servers stays)
	rm -rf node_modules plugin/bin dist coverage reports
