# Builds what a node runs out of Go modules; to be sourced by node-image.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # here, cache and kube are of node-image.sh

# build_binaries sets bin to the folder that has them.
build_binaries() {
	bin=$cache/binaries-$(digest_of "$here/modules" "${BASH_SOURCE[0]}")
	[ ! -e "$bin/.done" ] || return 0
	mkdir -p "$bin"
	say "building Kubernetes $kube from its module (6 min on 2 cores with an empty Go build cache)"
	local component=k8s.io/component-base/version minor=${kube#v1.}
	build kubernetes "-X $component.gitVersion=$kube -X $component.gitMajor=1 -X $component.gitMinor=${minor%%.*}"
	say "building etcd and CoreDNS (2 min)"
	build etcd
	mv "$bin/server" "$bin/etcd" # Go names it after the last word of its path
	build coredns
	build_pause
	touch "$bin/.done"
}

# build MODULE [LDFLAGS] builds the tools that a go.mod below modules names. No cgo: most of them run where there is no libc.
build() {
	CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly \
		go -C "$here/modules/$1" build -trimpath -buildvcs=false -ldflags "-s -w ${2:-}" -o "$bin/" tool
}

# The pause container is C in Kubernetes' tree.
build_pause() {
	local source
	source=$(go -C "$here/modules/kubernetes" list -m -f '{{.Dir}}' k8s.io/kubernetes)/build/pause/linux/pause.c
	gcc -Os -static -o "$bin/pause" "$source"
}
