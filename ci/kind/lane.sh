#!/usr/bin/env bash
# Runs the tests of some files on a cluster of their own, which it creates and deletes; fails when one fails, or they leave the
# cluster different. For e2e.sh, which has made the images.
#   ci/kind/lane.sh NAME GOTESTSUM FILE...
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=ci/kind/lib.sh
. "$here/lib.sh"
# shellcheck source=ci/kind/cluster.sh
. "$here/cluster.sh"
cd "$here/../.."

lane=$1 gotestsum=$2
shift 2
run=$PWD/run/e2e/$lane
export KUBECONFIG=$run/kubeconfig GAMEDAY_E2E_CLUSTER=gameday-e2e-$lane
PATH=$run/bin:$PATH
# From the last to the first: those of the cluster's provider mostly wait, the crash matrix and what makes clusters do not.
mapfile -t packages < <(dirname "$@" | sed 's|^\([^./]\)|./\1|' | sort -ru)
mapfile -t tests < <(sed -nE 's/^func (Test[A-Z0-9_]\w*)\(.*/\1/p' "$@" | grep -vx TestMain | sort -u)

# run_tests runs them and no others: make test has the others. More of them go side by side than there are processors, as most
# of the time they wait for pods and deadlines; those that measure time go alone in their lane.
# vet is make lint's, and without what a debugger needs a test program is linked in half the time.
# They are a process group of their own: what ends this script must end them too, with the cluster under them gone.
run_tests() {
	set -m
	"$gotestsum" --format pkgname-and-test-fails --format-hide-empty-pkg --junitfile "$run/tests.xml" -- \
		-tags e2e -vet=off -ldflags=-w -count=1 -p 1 -parallel 3 -timeout 60m -run "^($(IFS='|' && echo "${tests[*]}"))\$" "${packages[@]}" </dev/null &
	tests_group=$!
	set +m
	local status=0
	wait "$tests_group" || status=$?
	tests_group=
	return "$status"
}

# shellcheck disable=SC2317 # the trap below calls it
clean_up() {
	local status=$?
	trap - EXIT
	[ -z "$tests_group" ] || kill -- "-$tests_group" 2>/dev/null || true
	[ "$status" = 0 ] || "$kind" export logs -q --name "$GAMEDAY_E2E_CLUSTER" "$run/logs" 2>/dev/null || true
	delete_cluster "$GAMEDAY_E2E_CLUSTER" || status=1
	exit "$status"
}

mkdir -p "$run"
install_kind
tests_group=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One cluster at a time: three at once would each take three times as long, and no lane could begin.
exec 9>"$run/../creation"
flock 9
created=$SECONDS
create_cluster
say "created the cluster $GAMEDAY_E2E_CLUSTER in $((SECONDS - created)) s"
exec 9>&-

cluster_before=$(cluster_state)
begin=$SECONDS status=0
run_tests || status=$?
is_as_before cluster "$cluster_before" cluster_state || touch "$run/left"
[ ! -e "$run/left" ] || status=1
ran=$({ grep -o '<testcase ' "$run/tests.xml" || true; } | wc -l)
((ran >= ${#tests[@]})) || fail "$ran tests ran, and the files have ${#tests[@]}"
say "the lane $lane ran ${#packages[@]} packages in $((SECONDS - begin)) s"
exit $status
