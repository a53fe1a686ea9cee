# What the scripts of this folder share; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2154 # here, this folder, is of the script that sources this

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

fail() {
	say "$*" >&2
	exit 1
}

# debian_packages NAME... installs those that are missing.
debian_packages() {
	local missing=() name
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing Debian's ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# A third-party source that doesn't answer is no reason to stop: what matters is whether the packages install.
	apt-get update -q >/dev/null 2>&1 || true
	local log
	log=$(apt-get install -y -q --no-install-recommends "${missing[@]}" 2>&1) ||
		fail "apt-get install ${missing[*]} failed: $(tail -n 5 <<<"$log")"
}

# on_debian_as_root WHAT fails where packages can't be installed; WHAT says what for.
on_debian_as_root() {
	command -v apt-get >/dev/null || fail "$1 needs Debian's packages, and this system has no apt-get; see docs/testing.md for other systems"
	[ "$(id -u)" = 0 ] || fail "$1 needs root (now uid $(id -u)): run it as root or in a container that is"
}

# digest_of PATH...: one digest of those files and of all that is below those folders.
digest_of() {
	find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sed "s|  $here/|  |" | sha256sum | cut -c1-16
}
