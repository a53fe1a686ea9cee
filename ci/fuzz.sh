#!/usr/bin/env bash
# Runs every fuzz target for a while each.
#   ci/fuzz.sh DURATION
set -euo pipefail
cd "$(dirname "$0")/.."

count=0
while IFS=: read -r file target; do
	echo "fuzz $(dirname "$file") $target for $1"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "./$(dirname "$file")"
	count=$((count + 1))
done < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's|^\./||; s|:[0-9]+:func |:|' | sort)
echo "make fuzz: ran $count fuzz targets for $1 each: nothing found"
