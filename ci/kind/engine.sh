#!/usr/bin/env bash
# Makes sure that a Docker Engine answers: the one that runs, the one that is installed, or one from Debian's packages.
#   ci/kind/engine.sh
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=ci/kind/lib.sh
. "$here/lib.sh"

log=/var/log/dockerd.log

engine_version() { docker version --format '{{.Server.Version}}' 2>/dev/null; }

# running NAME PIDFILE: whether the process of the file lives and bears the name.
running() { [ "$(cat "/proc/$(cat "$2" 2>/dev/null)/comm" 2>/dev/null)" = "$1" ]; }

# Where nothing ended dockerd in an orderly way, its PID files stay. Numbers are used again, and dockerd then takes any process
# that has its old number for itself and refuses to start.
remove_stale_pid_files() {
	running dockerd /var/run/docker.pid || rm -f /var/run/docker.pid
	running containerd /var/run/docker/containerd/containerd.pid || rm -f /var/run/docker/containerd/containerd.pid
}

# Some hosts have no CAP_SYS_RESOURCE (bit 24) in their bounding set.
lacks_sys_resource() {
	local bound
	bound=$(sed -n 's/^CapBnd:\s*//p' /proc/self/status)
	(((0x$bound >> 24 & 1) == 0))
}

use_lean_runtime() {
	debian_packages jq
	install -m 755 "$here/runc-lean" /usr/local/sbin/runc-lean
	local settings=/etc/docker/daemon.json
	mkdir -p "${settings%/*}"
	[ -s "$settings" ] || echo '{}' >"$settings"
	jq '.runtimes.lean.path = "/usr/local/sbin/runc-lean" | ."default-runtime" = "lean"' "$settings" >"$settings.new"
	mv "$settings.new" "$settings"
}

start_engine() {
	if [ -d /run/systemd/system ]; then
		systemctl restart docker
		return
	fi
	remove_stale_pid_files
	# A session of its own: what started this script may end without taking the engine along.
	running dockerd /var/run/docker.pid || setsid dockerd >>"$log" 2>&1 </dev/null &
}

await_engine() {
	local deadline=$((SECONDS + 60))
	until engine_version >/dev/null; do
		if ((SECONDS > deadline)); then
			tail -n 5 "$log" >&2 2>/dev/null || true
			fail "dockerd was started and does not answer after 60 s; the lines above are the end of $log"
		fi
		sleep 0.2
	done
}

# A node's systemd, containerd and kubelet watch files, some 15 instances a node, and the limit counts those of all nodes. Where it
# is reached, systemd starts nothing any more and kubelets end with "too many open files".
raise_watch_limit() {
	local limit=/proc/sys/fs/inotify/max_user_instances need=1024
	(($(cat "$limit") < need)) || return 0
	{ echo "$need" >"$limit"; } 2>/dev/null ||
		say "fs.inotify.max_user_instances is $(cat "$limit"), and may be too low for more than one cluster: sysctl -w fs.inotify.max_user_instances=$need"
}

raise_watch_limit
if version=$(engine_version); then
	say "Docker Engine $version answers already"
	exit
fi
[ -z "${DOCKER_HOST:-}" ] || fail "DOCKER_HOST is $DOCKER_HOST and no Docker Engine answers there: start it, or unset DOCKER_HOST"
begin=$SECONDS
did="started"
if ! command -v dockerd >/dev/null; then
	on_debian_as_root "Docker Engine"
	# The runtime before the package: on some systems the package starts the engine.
	! lacks_sys_resource || use_lean_runtime
	debian_packages docker.io iptables
	did="installed from Debian's packages and started"
elif [ "$(id -u)" != 0 ]; then
	fail "Docker Engine is installed but does not answer (or not to uid $(id -u)): start it, or run this as root"
else
	! lacks_sys_resource || use_lean_runtime
fi
start_engine
await_engine
say "$did Docker Engine $(engine_version) in $((SECONDS - begin)) s"
