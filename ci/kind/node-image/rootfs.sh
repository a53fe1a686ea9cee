# Builds the node's root file system out of Debian's packages and kind's own base files; to be sourced by node-image.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # here, cache, kube and kind are of node-image.sh

suite=bookworm

# What kind's own base image has, so far as nodes need it here (no NFS, iSCSI, fuse-overlayfs).
packages=(
	systemd systemd-sysv dbus kmod util-linux mount procps hostname
	containerd runc containernetworking-plugins
	iptables nftables conntrack iproute2 ethtool libseccomp2
	ca-certificates curl jq
)

# build_rootfs sets rootfs to the folder that has it: all but the Kubernetes binaries, which change more often.
build_rootfs() {
	rootfs=$cache/rootfs-$(digest_of "$here/node-image/files" "${BASH_SOURCE[0]}")
	[ ! -e "$rootfs.done" ] || return 0
	on_debian_as_root "the node image"
	debian_packages debootstrap jq
	say "installing Debian $suite into the node image (1 to 2 min)"
	rm -rf "$rootfs"
	mkdir -p "$rootfs"
	debootstrap --variant=minbase --include="$(IFS=, && echo "${packages[*]}")" "$suite" "$rootfs" "$(mirror)" >"$cache/debootstrap.log" ||
		fail "debootstrap failed: see $cache/debootstrap.log"
	add_kind_files
	configure_units
	configure_containerd
	configure_kubelet
	cp -r "$here/node-image/files/." "$rootfs/"
	chroot "$rootfs" systemctl -q enable kubelet containerd undo-mount-hacks pod-network
	rm -rf "$rootfs"/var/cache/apt/archives/*.deb "$rootfs"/var/lib/apt/lists/*
	touch "$rootfs.done"
}

# mirror is the one that this machine takes its own packages from.
mirror() {
	local uri
	# shellcheck disable=SC2016 # the names are apt's
	uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null |
		awk -v suite="$suite" '$2 == suite && $3 == "Debian" { print $1; exit }')
	echo "${uri:-http://deb.debian.org/debian}"
}

# kind's module has the files of its base image: the entrypoint, units, containerd's configuration. A module keeps no modes.
add_kind_files() {
	local module
	module=$(go mod download -json "sigs.k8s.io/kind@$kind" | jq -r .Dir)
	cp -r --no-preserve=mode "$module/images/base/files/." "$rootfs/"
	chmod 755 "$rootfs"/usr/local/bin/* "$rootfs"/kind/bin/*
	ln -sf /usr/bin/containerd "$rootfs/usr/local/bin/containerd"
	mkdir -p "$rootfs"/{etc/kubernetes/manifests,etc/cni/net.d,opt/cni/bin,kind/manifests}
	cp "$rootfs"/usr/lib/cni/{host-local,loopback,portmap,ptp} "$rootfs/opt/cni/bin/"
	printf %s "$kube" >"$rootfs/kind/version"
}

# A node boots no hardware: as in kind's own base image, what Debian enables is disabled.
configure_units() {
	local units=$rootfs/lib/systemd/system
	rm -f "$units"/{multi-user,local-fs,basic}.target.wants/* "$rootfs"/etc/systemd/system/*.wants/* \
		"$units"/sockets.target.wants/*{udev,initctl}* "$units/sysinit.target.wants/systemd-tmpfiles-setup.service"
	chroot "$rootfs" systemctl -q mask systemd-binfmt
	echo ReadKMsg=no >>"$rootfs/etc/systemd/journald.conf"
	# Go's collector takes a tenth of the time of kubelet, containerd and what those start. There is memory enough.
	mkdir -p "$rootfs/etc/systemd/system.conf.d"
	printf '[Manager]\nDefaultEnvironment=GOGC=400\n' >"$rootfs/etc/systemd/system.conf.d/gogc.conf"
}

# Without CAP_SYS_RESOURCE no OOM score can be lowered and no limit be raised.
configure_containerd() {
	sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' "$rootfs/etc/containerd/config.toml"
	chroot "$rootfs" ctr oci spec |
		jq '.hooks.createContainer += [{path: "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' \
			>"$rootfs/etc/containerd/cri-base.json"
}

# The gate's name is misleading: it makes the kubelet tolerate a host that lets it change neither OOM scores nor some sysctls. kind
# writes the kubelet's configuration and kubeadm-flags.env at creation, and leaves this file alone.
configure_kubelet() {
	sed -i '/^KUBELET_EXTRA_ARGS=/s/$/ --feature-gates=KubeletInUserNamespace=true/' "$rootfs/etc/default/kubelet"
}
