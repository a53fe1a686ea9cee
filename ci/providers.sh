#!/usr/bin/env bash
# Tests the providers that are modules of their own, against the real thing: installs Redis and Python's gRPC from Debian's
# packages where they are missing.
#   ci/providers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/kind/lib.sh
. ci/kind/lib.sh

begin=$SECONDS
needed=(redis-server python3-grpcio python3-protobuf python3-cryptography python3-msgpack)
dpkg-query -W "${needed[@]}" >/dev/null 2>&1 || on_debian_as_root "make providers"
debian_packages "${needed[@]}"
modules=(providers/redis providers/sqlite)
for module in "${modules[@]}"; do
	(cd "$module" && go vet ./... && go mod tidy -diff && go test -count=1 -timeout 10m ./...)
done
echo "make providers: the conformance kit on ${modules[*]}, as plugins, in $((SECONDS - begin)) s: passed"
