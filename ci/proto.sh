#!/usr/bin/env bash
# Generates the code of the plugin protocol, for Go and for the provider in Python.
set -euo pipefail
cd "$(dirname "$0")/../providers/plugin/wire"

command -v protoc >/dev/null || {
	echo "make proto needs protoc: apt-get install protobuf-compiler libprotobuf-dev" >&2
	exit 1
}
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
GOBIN=$tools go install "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12"
GOBIN=$tools go install "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2"
PATH=$tools:$PATH protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative \
	--python_out=../../sqlite provider.proto
echo "make proto: generated providers/plugin/wire and providers/sqlite/provider_pb2.py"
