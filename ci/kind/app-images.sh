#!/usr/bin/env bash
# Makes the images gameday/shop:dev and gameday/agent:dev, each from scratch with one static binary, out of what "make build" made,
# and gameday/meter:dev, by which tests measure.
#   ci/kind/app-images.sh
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=ci/kind/lib.sh
. "$here/lib.sh"
cd "$here/../.."

# app_image NAME BINARY. Not root, so that it runs where the Pod Security level is "restricted".
app_image() {
	[ -x "bin/$2" ] || fail "bin/$2 is missing: run make build first"
	local old
	old=$(docker image inspect -f '{{.Id}}' "gameday/$1:dev" 2>/dev/null) || true
	tar -C bin --owner=0 --group=0 --mode=755 --mtime=@0 -c "$2" | docker import \
		--change 'USER 65532:65532' --change "ENTRYPOINT [\"/$2\"]" - "gameday/$1:dev" >/dev/null
	[ -z "$old" ] || docker image rm "$old" >/dev/null 2>&1 || true # it would stay without a name
}

CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/meter ./ci/kind/meter
app_image shop shop
app_image agent gameday-agent
app_image meter meter
say "made gameday/shop:dev, gameday/agent:dev and gameday/meter:dev"
