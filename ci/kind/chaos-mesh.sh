#!/usr/bin/env bash
# Builds the Chaos Mesh that providers/chaosmesh is tested against, from its Go module, and prints the folder: its controller, its
# daemon, and its custom resource definitions. It is built once for each version.
#   ci/kind/chaos-mesh.sh
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=ci/kind/lib.sh
. "$here/lib.sh"

module=$here/modules/chaosmesh
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gameday-chaos-mesh
made=$cache/$(digest_of "$module" "$here/chaos-mesh.sh")

# The daemon embeds two objects that its Makefile compiles, which a module has only as C. They are put into a copy of it.
add_fake_clocks() {
	local name
	for name in fake_clock_gettime fake_gettimeofday; do
		gcc -c "$1/$name.c" -fPIE -O2 -o "$1/$name.o"
	done
}

build() {
	cp -r "$source" "$work/source"
	chmod -R u+w "$work/source"
	add_fake_clocks "$work/source/pkg/time/fakeclock"
	cp "$module"/go.* "$work/"
	go mod edit -replace "github.com/chaos-mesh/chaos-mesh=$work/source" "$work/go.mod"
	# With cgo, as a part of the daemon is C: both run on what they are built on, and on nodes of the same Debian.
	CGO_ENABLED=1 GOWORK=off GOFLAGS=-mod=readonly \
		go -C "$module" build -modfile "$work/go.mod" -trimpath -buildvcs=false -ldflags='-s -w' -o "$made/" tool
}

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two at a time would write the same files
if [ ! -e "$made/.done" ]; then
	go -C "$module" mod download github.com/chaos-mesh/chaos-mesh
	source=$(go -C "$module" list -m -f '{{.Dir}}' github.com/chaos-mesh/chaos-mesh)
	say "building Chaos Mesh $(go -C "$module" list -m -f '{{.Version}}' github.com/chaos-mesh/chaos-mesh) (4 min on 2 cores)" >&2
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	rm -rf "$made"
	mkdir -p "$made"
	build
	cp -r "$source/config/crd/bases" "$made/crds"
	chmod -R u+w "$made"
	touch "$made/.done"
	find "$cache" -mindepth 1 -maxdepth 1 -type d ! -path "$made" -mtime +1 -exec rm -rf {} + # younger ones may be in use
fi
echo "$made"
