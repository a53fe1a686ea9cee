# Makes the images of the control plane, under the names that kubeadm asks for; to be sourced by node-image.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bin, rootfs, kube and work are of node-image.sh

# kubeadm_images is what this kubeadm would pull.
kubeadm_images() { "$bin/kubeadm" config images list --kubernetes-version "$kube"; }

# import_images makes them all, each with one binary that is named like the image.
import_images() {
	local reference name
	for reference in $(kubeadm_images); do
		name=${reference##*/} name=${name%:*}
		rm -rf "$work/image"
		mkdir -p "$work/image/usr/local/bin" "$work/image/tmp"
		chmod 1777 "$work/image/tmp"
		install -m 755 "$bin/$name" "$work/image/usr/local/bin/"
		[ "$name" != kube-proxy ] || add_packet_filter "$work/image"
		tar -C "$work/image" --owner=0 --group=0 -c . | docker import \
			--change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
			--change "ENTRYPOINT [\"/usr/local/bin/$name\"]" - "$reference" >/dev/null
	done
}

# kube-proxy runs iptables and conntrack: those, the match modules and the libraries of all, out of the rootfs. A library that is
# missing (libm for "statistic") shows late: the first rules are written, later ones are not, and services fail from some nodes.
add_packet_filter() {
	local root=$1 modules library
	modules=$(cd "$rootfs" && echo usr/lib/*/xtables)
	mkdir -p "$root/run"
	tar -C "$rootfs" -c --hard-dereference usr/sbin/{xtables-nft-multi,conntrack,nft} usr/sbin/ip{,6}tables{,-nft}{,-save,-restore} \
		etc/alternatives/ip{,6}tables{,-save,-restore} "$modules" etc/protocols | tar -C "$root" -x
	for library in $(chroot "$rootfs" sh -c "ldd /usr/sbin/xtables-nft-multi /usr/sbin/conntrack /usr/sbin/nft /$modules/*.so" |
		grep -oE '/[^ ]+\.so[^ ]*' | grep -v ':$' | sort -u); do
		mkdir -p "$root${library%/*}"
		cp -L "$rootfs$library" "$root$library"
	done
}
