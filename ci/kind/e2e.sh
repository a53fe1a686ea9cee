#!/usr/bin/env bash
# Runs the tests that need a cluster, on one that it creates and deletes, and says in one line what it did. Nothing is skipped:
# without an engine, an image or a cluster it fails, and so it does when a test skips itself or leaves something behind.
#   ci/kind/e2e.sh GOTESTSUM [FOLDER...]     # the tests below these folders; all without
#
# GAMEDAY_NODE_IMAGE names a node image to use instead of the one that node-image.sh builds.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=ci/kind/lib.sh
. "$here/lib.sh"
# shellcheck source=ci/kind/cluster.sh
. "$here/cluster.sh"
cd "$here/../.."

gotestsum=$1
shift
cluster=gameday-e2e
run=$PWD/run/e2e
export KUBECONFIG=$run/kubeconfig GAMEDAY_NODE_IMAGE=${GAMEDAY_NODE_IMAGE:-}
PATH=$run/bin:$PATH

# find_tests FOLDER... sets files, packages and tests to those behind the build tag.
find_tests() {
	mapfile -t files < <(grep -rlE --include='*_test.go' '^//go:build .*\be2e\b' "$@" | sort)
	[ ${#files[@]} -gt 0 ] || fail "found no test file with the build tag e2e below $*"
	mapfile -t packages < <(dirname "${files[@]}" | sed 's|^\([^./]\)|./\1|' | sort -u)
	mapfile -t tests < <(sed -nE 's/^func (Test[A-Z0-9_]\w*)\(.*/\1/p' "${files[@]}" | grep -vx TestMain | sort -u)
}

# Packages whose tests measure time, or keep two processors busy by themselves, go one after the other. The others wait for most of
# their time, and go beside each other: two at a time, and one that hardly does anything else, and is the first, as it takes longest.
by_themselves=(ci/kind cmd/gameday/internal/crashmatrix experiments/kubernetes
	providers/kubernetes providers/kubernetes/bench providers/kubernetes/inside)
idle=providers/kubernetes/nodes

# run_tests runs them and no others: make test has the others.
run_tests() {
	local package alone=() together=() status=0
	for package in "${packages[@]}"; do
		if [[ " ${by_themselves[*]} " == *" ${package#./} "* ]]; then
			alone+=("$package")
		elif [ "${package#./}" = "$idle" ]; then
			together=("$package" "${together[@]}")
		else
			together+=("$package")
		fi
	done
	[ ${#together[@]} = 0 ] || run_packages together 3 "${together[@]}" || status=$?
	[ ${#alone[@]} = 0 ] || run_packages alone 1 "${alone[@]}" || status=$?
	return "$status"
}

# run_packages REPORT COUNT PACKAGE... runs that many packages at a time. More tests of one go side by side than there are
# processors, as most of the time they wait for pods and deadlines; with many more of them pods starve, and so do measurements.
# vet is make lint's, and without what a debugger needs a test program is linked in half the time.
# They are a process group of their own: what ends this script must end them too, with the cluster under them gone.
run_packages() {
	local report=$1 count=$2
	shift 2
	set -m
	"$gotestsum" --format pkgname-and-test-fails --format-hide-empty-pkg --junitfile "$run/tests-$report.xml" -- \
		-tags e2e -vet=off -ldflags=-w -count=1 -p "$count" -parallel 3 -timeout 60m -run "^($(IFS='|' && echo "${tests[*]}"))\$" "$@" </dev/null &
	tests_group=$!
	set +m
	local status=0
	wait "$tests_group" || status=$?
	tests_group=
	return "$status"
}

# is_as_before WHAT BEFORE COMMAND fails when the command still prints something else than before after a minute, in which
# namespaces come to their end and nodes become ready again.
is_as_before() {
	local now deadline=$((SECONDS + 60))
	until now=$("$3") && [ "$now" = "$2" ]; do
		if ((SECONDS > deadline)); then
			say "the tests did not leave the $1 as it was (< before, > now):"
			diff <(echo "$2") <(echo "$now") | grep '^[<>] .'
			return 1
		fi
		sleep 1
	done
}

# shellcheck disable=SC2317 # the trap below calls it
clean_up() {
	local status=$?
	trap - EXIT
	[ -z "$tests_group" ] || kill -- "-$tests_group" 2>/dev/null || true
	[ "$status" = 0 ] || keep_logs
	delete_cluster || status=1
	exit "$status"
}

# keep_logs keeps what nodes and pods said, while there is a cluster.
keep_logs() { "$kind" export logs -q --name "$cluster" "$run/logs" 2>/dev/null || true; }

begin=$SECONDS
rm -rf "$run"
mkdir -p "$run"
find_tests "${@:-.}"
"$here/engine.sh"
if [ -z "$GAMEDAY_NODE_IMAGE" ]; then
	"$here/node-image.sh"
	GAMEDAY_NODE_IMAGE=gameday/node:$(go -C "$here/modules/kubernetes" list -m -f '{{.Version}}' k8s.io/kubernetes)
fi
"$here/app-images.sh"
if [[ " ${packages[*]} " == *" ./providers/chaosmesh "* ]]; then
	GAMEDAY_CHAOS_MESH=$("$here/chaos-mesh.sh")
	export GAMEDAY_CHAOS_MESH
fi
install_kind
delete_cluster # of a run that was killed
engine_before=$(engine_state)
tests_group=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
created=$SECONDS
create_cluster
cluster_before=$(cluster_state)
say "created the cluster $cluster in $((SECONDS - created)) s"

status=0
run_tests || status=$?
left="nothing left behind"
is_as_before cluster "$cluster_before" cluster_state || status=1 left="something left behind"
[ "$status" = 0 ] || keep_logs
delete_cluster
is_as_before engine "" left_on_engine || status=1 left="something left behind"

count() { { grep -ohE "$1" "$run"/tests-*.xml || true; } | wc -l; }
ran=$(count '<testcase ') failed=$(count '<(failure|error)') skipped=$(count '<skipped')
[ "$skipped" = 0 ] || status=1
((ran >= ${#tests[@]})) || status=1
echo "make e2e: ran $ran tests and subtests (${#tests[@]} functions, ${#packages[@]} packages) on a cluster of four nodes of $GAMEDAY_NODE_IMAGE in $((SECONDS - begin)) s: $failed failed, $skipped skipped, $left; reports in run/e2e/tests-*.xml"
exit $status
