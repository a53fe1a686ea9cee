# Puts the parts together, as "kind build node-image" does: a container of the root file system, whose containerd takes the images
# in, is committed; to be sourced by node-image.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bin, rootfs, image, digest, label and builder are of node-image.sh

# assemble makes the image, labelled with the digest of what it was made from.
assemble() {
	say "assembling $image"
	import_images
	tar -C "$rootfs" -c . | docker import --change 'ENV container=docker' - "$base" >/dev/null
	# systemd ends on this signal; SIGTERM would make it execute itself anew.
	docker run -d --privileged --name "$builder" --stop-signal SIGRTMIN+3 --entrypoint sleep "$base" infinity >/dev/null
	add_binaries
	use_own_pause
	load_images
	docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' --change 'CMD []' \
		--change "LABEL $label=$digest" "$builder" "$image" >/dev/null
}

add_binaries() {
	tar -C "$bin" --owner=0 --group=0 --mode=755 -c kubeadm kubelet kubectl | docker exec -i "$builder" tar -C /usr/bin -x
}

# kind's containerd configuration names a pause image of an older kubeadm.
use_own_pause() {
	docker exec "$builder" sed -i "s|sandbox_image = .*|sandbox_image = \"$(kubeadm_images | grep /pause:)\"|" /etc/containerd/config.toml
}

# Pinned, the kubelet's garbage collection leaves them alone; they could not be pulled again.
load_images() {
	docker exec -d "$builder" containerd
	docker exec "$builder" bash -c 'for _ in {1..100}; do ctr version >/dev/null 2>&1 && exit; sleep 0.2; done; exit 1' ||
		fail "containerd in the node image did not start within 20 s"
	# shellcheck disable=SC2046 # one word an image
	docker save $(kubeadm_images) | docker exec -i "$builder" \
		ctr -n k8s.io images import --label=io.cri-containerd.pinned=pinned --all-platforms --no-unpack - >/dev/null
	# Its database must be closed before the commit.
	docker exec "$builder" bash -c 'pkill -x containerd && while pgrep -x containerd >/dev/null; do sleep 0.1; done'
}

# remove_parts removes what only the assembling needed, also after a failure.
remove_parts() {
	docker rm -f "$builder" >/dev/null 2>&1 || true
	# shellcheck disable=SC2046
	docker image rm "$base" $(kubeadm_images) >/dev/null 2>&1 || true
	rm -rf "$work"
}
