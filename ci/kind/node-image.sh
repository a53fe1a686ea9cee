#!/usr/bin/env bash
# Makes sure that the Docker Engine has a node image for kind, built from Go modules and Debian's packages alone: no container
# registry is asked. Prints where a kubectl of the same version is. A plain "kind create cluster --image IMAGE" works with it.
#   ci/kind/node-image.sh [IMAGE]
#
# The cache (XDG_CACHE_HOME, or ~/.cache, gameday-node) has the binaries, the root file system and the finished image.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
for part in lib node-image/binaries node-image/rootfs node-image/images node-image/assemble; do
	# shellcheck disable=SC1090
	. "$here/$part.sh"
done

kube=$(go -C "$here/modules/kubernetes" list -m -f '{{.Version}}' k8s.io/kubernetes)
kind=$(go -C "$here/../.." list -m -f '{{.Version}}' sigs.k8s.io/kind)
image=gameday/node:$kube
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gameday-node
# shellcheck disable=SC2034 # the parts use these
builder=gameday-node-build base=gameday/node-rootfs:build
label=dev.gameday.node-image # its value is the digest of what the image was made from

image_has_digest() { [ "$(docker image inspect -f "{{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null)" = "$digest" ]; }

build_image() {
	# shellcheck disable=SC2034
	work=$(mktemp -d)
	trap remove_parts EXIT
	build_binaries
	build_rootfs
	local old
	old=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null) || true
	assemble
	docker save -o "$saved.new" "$image"
	mv "$saved.new" "$saved"
	remove_old "$old"
}

# remove_old removes what earlier versions of these scripts made: an image, unless a cluster uses it, and the parts in the cache.
remove_old() {
	[ -z "$1" ] || docker image rm "$1" >/dev/null 2>&1 || true
	# shellcheck disable=SC2154 # bin and rootfs are of the parts
	find "$cache" -mindepth 1 -maxdepth 1 \( -name 'binaries-*' -o -name 'rootfs-*' -o -name 'image-*' \) \
		! -path "$bin" ! -path "$rootfs" ! -path "$rootfs.done" ! -path "$saved" -exec rm -rf {} +
}

# extract_kubectl: tests need one that fits the cluster, and every node image has it.
extract_kubectl() {
	[ ! -x "$kubectl" ] || return 0
	mkdir -p "${kubectl%/*}"
	local container
	container=$(docker create "$image")
	docker cp "$container:/usr/bin/kubectl" "$kubectl" >/dev/null
	docker rm "$container" >/dev/null
}

docker version >/dev/null 2>&1 || fail "no Docker Engine answers: run ci/kind/engine.sh first"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two at a time would write the same files

begin=$SECONDS
digest=$(digest_of "$here/node-image" "$here/modules" "$here/node-image.sh")-$kind
saved=$cache/image-$digest.tar
kubectl=$cache/kubectl-$kube/kubectl
if image_has_digest; then
	did="was there already"
elif [ -e "$saved" ]; then
	docker load -q -i "$saved" >/dev/null
	did="was loaded from the cache"
else
	build_image
	did="was built"
fi
[ $# = 0 ] || docker tag "$image" "$1"
extract_kubectl
say "$image for kind $kind $did ($((SECONDS - begin)) s); kubectl is $kubectl"
