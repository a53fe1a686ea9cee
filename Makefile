# Everything here needs Go, git and, for the race detector, a C compiler.
# `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

GO      ?= go
PKGS    ?= ./...
FUZZTIME ?= 10s
COUNT   ?= 20
E2E     ?=

# Set by the linker; without a tag the binary says what it is by itself.
VERSION ?= $(shell git describe --tags --match 'v*' 2>/dev/null)
CLI     := github.com/gameday-dev/gameday/cmd/gameday/internal/cli
LDFLAGS := -s -w $(if $(VERSION),-X $(CLI).version=$(VERSION:v%=%))

# The race detector needs cgo.
RACE ?= $(shell command -v "$$($(GO) env CC)" >/dev/null && echo -race)

GOLANGCI_VERSION   := v2.15.0
GOTESTSUM_VERSION  := v1.13.0
GOLANGCI  := bin/tools/golangci-lint-$(GOLANGCI_VERSION)
GOTESTSUM := bin/tools/gotestsum-$(GOTESTSUM_VERSION)

.PHONY: build quickstart test e2e providers proto lint fuzz bench soak golden docs fmt clean help

## build: bin/gameday, bin/gameday-agent and bin/shop
build:
	@mkdir -p bin
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/gameday ./cmd/gameday-agent ./experiments/demo/shop/cmd/shop

## quickstart: build, plan and apply experiments/quickstart, print both verdicts
quickstart: build
	@$(GO) run ./experiments/quickstart/verify

## test: every test that needs no container engine, with the race detector where there is a C compiler
test: build $(GOTESTSUM)
	@ci/test.sh $(GOTESTSUM) $(RACE) $(PKGS)

## e2e: the tests on a real kind cluster, those in E2E or all; installs Docker Engine on Debian and builds a node image where they are missing
e2e: build $(GOTESTSUM)
	@ci/kind/e2e.sh $(GOTESTSUM) $(E2E)

## providers: tests of the providers that are modules of their own, in Go and in Python; installs Redis and Python's gRPC on Debian
providers:
	@ci/providers.sh

## proto: generate the code of the plugin protocol anew; needs protoc (Debian: protobuf-compiler)
proto:
	@ci/proto.sh

## lint: golangci-lint with .golangci.yml, formatting, go vet, a tidy go.mod
lint: $(GOLANGCI)
	@ci/lint.sh $(GOLANGCI)

## fuzz: every fuzz target for FUZZTIME (10s) each
fuzz:
	@ci/fuzz.sh $(FUZZTIME)

## bench: Go benchmarks and the comparison with peers, into ci/bench/results
bench: build
	@$(GO) run ./ci/bench

## soak: the quickstart COUNT (20) times in a row; every verdict must be right
soak: build
	@$(GO) run ./experiments/quickstart/verify -count $(COUNT)

## golden: write the golden files anew; read the diff before you commit it
golden: build
	@ci/golden.sh

## docs: run the commands and check the configurations of README and docs
docs: build
	@$(GO) test -count=1 ./docs && echo "make docs: ran every runnable command and validated every configuration in README.md and docs/"

## fmt: format the Go and the gameday files
fmt: build $(GOLANGCI)
	@$(GOLANGCI) fmt
	@# modules of their own know other imports as theirs
	@for module in providers/redis providers/sqlite; do (cd $$module && "$(CURDIR)/$(GOLANGCI)" fmt --config "$(CURDIR)/.golangci.yml") || exit; done
	@bin/gameday fmt -recursive experiments

## clean: remove what was built and what runs left
clean:
	@rm -rf bin run .gameday
	@echo "make clean: removed bin, run and .gameday"

## help: this list
help:
	@sed -n 's/^## //p' Makefile

# A tool's name bears its version, so that a new version is a new file.
$(GOLANGCI):
	@echo "building golangci-lint $(GOLANGCI_VERSION), once; this takes some minutes"
	@ci/tool.sh github.com/golangci/golangci-lint/v2/cmd/golangci-lint $(GOLANGCI_VERSION)

$(GOTESTSUM):
	@ci/tool.sh gotest.tools/gotestsum $(GOTESTSUM_VERSION)
