#!/usr/bin/env bash
# Runs the tests and says in one line what it did. Tests that need a container
# engine have the build tag e2e and are not among them.
#   ci/test.sh GOTESTSUM [go test flags and packages]
set -euo pipefail
cd "$(dirname "$0")/.."

gotestsum=$1
shift
mkdir -p run
# Without this every program sleeps for a second before it ends, where the race detector is in it: each test's own, and each that one starts.
export GORACE=${GORACE:-atexit_sleep_ms=0}
begin=$SECONDS
status=0
"$gotestsum" --format pkgname-and-test-fails --format-hide-empty-pkg --hide-summary=skipped \
	--junitfile run/tests.xml -- -p 1 -timeout 40m "$@" || status=$?

count() { grep -o "<testcase " run/tests.xml | wc -l; }
failed() { grep -oE "<(failure|error)" run/tests.xml | wc -l; }
race=without
case " $* " in *" -race "*) race=with ;; esac
echo "make test: ran $(count) tests that need no container engine, $race the race detector, in $((SECONDS - begin)) s: $(failed) failed; report in run/tests.xml"
exit $status
