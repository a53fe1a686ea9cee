#!/usr/bin/env bash
# Lints, and says in one line what it did.
#   ci/lint.sh GOLANGCI
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
root=$PWD
step() {
	local name=$1
	shift
	"$@" || failed+=("$name")
}

# lint_module MODULE GOLANGCI lints a module of its own by the rules of all.
lint_module() { (cd "$1" && "$root/$2" run --config "$root/.golangci.yml" ./...); }

step "go vet" go vet ./...
step "go vet of what needs a cluster" go vet -tags e2e ./...
# People validate and plan on laptops: all but running an environment works there.
step "go vet for darwin" env GOOS=darwin GOARCH=arm64 go vet ./cmd/... ./providers/... ./runner/... ./schema/...
step "golangci-lint" "$1" run ./...
for module in providers/redis providers/sqlite; do
	step "golangci-lint of $module" lint_module "$module" "$1"
done
step "go mod tidy" go mod tidy -diff
for script in ci/*.sh ci/kind/*.sh ci/kind/node-image/*.sh ci/kind/runc-lean .ci/run; do
	step "bash -n $script" bash -n "$script"
done
step "gameday fmt" go run ./cmd/gameday fmt -check -recursive experiments

if [ ${#failed[@]} -gt 0 ]; then
	echo "make lint: FAILED: $(IFS=,; echo "${failed[*]}")"
	exit 1
fi
echo "make lint: go vet (for this system and for darwin), golangci-lint (with gofumpt), go mod tidy -diff, bash -n, gameday fmt -check: nothing found"
