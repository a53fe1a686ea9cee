//go:build e2e

package bench

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// header is the report up to the figures.
func header(t *testing.T, of size) string {
	t.Helper()
	return fmt.Sprintf(`# Plan of a large cluster

Written by %[1]sgo test -tags e2e ./providers/kubernetes/bench -results ci/bench/results/kubernetes-plan.md%[1]s.

Machine: %s.

A real kube-apiserver on a real etcd, both on the same machine, with %d nodes, %d pods of %d Deployments in %d namespaces, as many
Services with their endpoints, budgets, and %d ReplicaSets; no kubelet behind them. "gameday plan -json" of one experiment with 5 faults
(pods by expression, by zone and by owner, Deployments, nodes), as a process of its own: %d rounds. Time and processor time are those of the median
round, the peak of resident memory is the highest of all rounds. The limits are %s and %d MiB.

| read | pods read | targets | time | slowest | processor | peak |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
`, "`", machine(t), of.nodes, of.pods(), of.apps, of.namespaces, 3*of.apps, rounds, mostTime, mostMemory>>20)
}

func machine(t *testing.T) string {
	t.Helper()
	kernel, _, _ := strings.Cut(output(t, "uname", "-r"), "-") // without a distributor's suffix
	return fmt.Sprintf("%d cores (%s), %s/%s, %s, kernel %s, load average at the start %s", runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), kernel, strings.Fields(output(t, "cat", "/proc/loadavg"))[0])
}

func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if _, value, found := strings.Cut(lines.Text(), "model name\t: "); found {
			return value
		}
	}
	return "unknown"
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
