#!/usr/bin/env bash
# Runs the tests that need a cluster, on clusters that it creates and deletes, and says in one line what it did. Nothing is skipped:
# without an engine, an image or a cluster it fails, and so it does when a test skips itself or leaves something behind.
#   ci/kind/e2e.sh GOTESTSUM [FOLDER...]     # the tests below these folders; all without
#
# The tests are in two lanes side by side, each with a cluster of its own: what harms whole nodes for a long time, and all the others.
# Both mostly wait then. Those that keep two processors busy come last, when the shorter lane has ended.
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
run=$PWD/run/e2e
export GAMEDAY_NODE_IMAGE=${GAMEDAY_NODE_IMAGE:-}

# lane_of FILE is the lane for its tests.
lane_of() {
	case $1 in
	*experiments/kubernetes/* | *providers/kubernetes/nodes/*) echo nodes ;;
	*) echo pods ;;
	esac
}

# find_tests FOLDER... sets files to those with tests behind the build tag, and lanes to those that they need.
find_tests() {
	mapfile -t files < <(grep -rlE --include='*_test.go' '^//go:build .*\be2e\b' "$@" | sort)
	[ ${#files[@]} -gt 0 ] || fail "found no test file with the build tag e2e below $*"
	mapfile -t lanes < <(for file in "${files[@]}"; do lane_of "$file"; done | sort -u)
}

# start_lane NAME gives it its files. It is a process group of its own: what ends this script must end it too.
start_lane() {
	local file of_lane=()
	for file in "${files[@]}"; do
		[ "$(lane_of "$file")" != "$1" ] || of_lane+=("$file")
	done
	set -m
	"$here/lane.sh" "$1" "$gotestsum" "${of_lane[@]}" </dev/null &
	groups[$1]=$!
	set +m
}

# shellcheck disable=SC2317 # the trap below calls it
end_lanes() {
	local status=$?
	trap - EXIT
	for group in "${groups[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null || true
	done
	wait # each deletes its cluster
	exit "$status"
}

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
if [[ ${files[*]} == *providers/chaosmesh/* ]]; then
	GAMEDAY_CHAOS_MESH=$("$here/chaos-mesh.sh")
	export GAMEDAY_CHAOS_MESH
fi
install_kind
delete_clusters # of a run that was killed
engine_before=$(engine_state)
declare -A groups=()
trap end_lanes EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

status=0
for lane in "${lanes[@]}"; do start_lane "$lane"; done
for lane in "${lanes[@]}"; do wait "${groups[$lane]}" || status=1; done
left="nothing left behind"
is_as_before engine "" left_on_engine || status=1 left="something left behind"
[ -z "$(find "$run" -name left)" ] || left="something left behind"

count() { { cat "$run"/*/tests.xml | grep -oE "$1" || true; } | wc -l; }
ran=$(count '<testcase ') failed=$(count '<(failure|error)') skipped=$(count '<skipped')
[ "$skipped" = 0 ] || status=1
echo "make e2e: ran $ran tests and subtests on ${#lanes[@]} clusters of $GAMEDAY_NODE_IMAGE in $((SECONDS - begin)) s: $failed failed, $skipped skipped, $left; reports in run/e2e/*/tests.xml"
exit $status
