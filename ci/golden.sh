#!/usr/bin/env bash
# Writes the golden files anew, in every package whose tests take -update.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages < <(grep -rlE --include='*_test.go' 'flag\.Bool\("update"' . | xargs -rn1 dirname | sort -u)
for package in "${packages[@]}"; do
	go test -count=1 "$package" -update
done
echo "make golden: updated ${#packages[@]} packages; read the diff before you commit it"
git --no-pager diff --stat
