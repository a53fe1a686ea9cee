#!/usr/bin/env bash
# Builds a Go tool at a version into bin/tools/NAME-VERSION.
#   ci/tool.sh PACKAGE VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1##*/}
tools=$PWD/bin/tools
mkdir -p "$tools/build"
GOBIN=$tools/build GOFLAGS=-mod=mod go install "$1@$2"
mv "$tools/build/$name" "$tools/$name-$2"
