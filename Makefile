# Names for the steps in .ci/run, which is what CI runs too.

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: ## Run the tests
	.ci/run test

.PHONY: race
race: ## Run the tests under the race detector
	.ci/run race

.PHONY: race1
race1: ## The same with GOMAXPROCS=1
	.ci/run race1

.PHONY: lint
lint: ## Run golangci-lint (fetched and built on first use)
	.ci/run lint

.PHONY: fmt
fmt: ## Format the code
	gofmt -w $$(find . -path './.*' -prune -o -name '*.go' -print)

.PHONY: vet
vet: ## Run go vet
	.ci/run vet

.PHONY: bench
bench: ## Run the benchmarks in full
	.ci/run bench

.PHONY: bench-check
bench-check: ## Run the benchmarks quickly, to see that they work
	.ci/run smoke

.PHONY: bench-compare
bench-compare: ## Compare the benchmarks with those of BASE=<commit>
	.ci/run bench-compare

.PHONY: cover
cover: ## Measure test coverage into coverage.out
	.ci/run cover

.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZTIME (30s)
	.ci/run fuzz

.PHONY: soak
soak: ## Run a million random graphs, or as many as fit into SOAK (1h)
	.ci/run soak

.PHONY: ci
ci: ## Run the whole gate
	.ci/run

.PHONY: clean
clean: ## Remove what tests and benchmarks leave behind
	rm -f coverage.out
	find . -path './.*' -prune -o -type f \( -name '*.test' -o -name '*.prof' \) -exec rm {} +
