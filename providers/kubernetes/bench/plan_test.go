//go:build e2e

package bench

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/internal/buildtest"
)

// results is where the figures are written; nowhere without it.
var results = flag.String("results", "", "write the figures to this file, as Markdown")

// What a plan of a large cluster may take.
const (
	mostTime   = 3 * time.Second
	mostMemory = 300 << 20
	rounds     = 5
)

// TestPlanOfALargeCluster measures the whole of "gameday plan", as users run it.
func TestPlanOfALargeCluster(t *testing.T) {
	gameday := build(t)
	s := startServer(t)
	large := size{nodes: 1000, namespaces: 20, apps: 500, replicas: 20}
	began := time.Now()
	s.fill(t, large)
	t.Logf("made %d nodes and %d pods in %s", large.nodes, large.pods(), time.Since(began).Round(time.Second))

	report := header(t, large)
	for _, c := range []struct{ name, fence string }{
		{"all namespaces", ""},
		{"a fence of 20 namespaces", fence(large.namespaces)},
		{"a fence of 1 namespace", fence(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := s.configuration(t, c.fence)
			var costs []cost
			for range rounds {
				costs = append(costs, planOnce(t, gameday, dir))
			}
			m := medianOf(costs)
			t.Logf("%s: %s, %d MiB, %d targets, %d warnings", c.name, m.wall.Round(time.Millisecond), m.peak>>20, m.targets, m.warnings)
			report += fmt.Sprintf("| %s | %s | %d | %.2f s | %.2f s | %.2f s | %d MiB |\n", c.name, m.scope, m.targets, m.wall.Seconds(), longest(costs).Seconds(), m.cpu.Seconds(), m.peak>>20)
			assert.LessOrEqual(t, m.wall, mostTime)
			assert.LessOrEqual(t, m.peak, int64(mostMemory))
			assert.Positive(t, m.targets)
		})
	}
	if *results != "" && !t.Failed() {
		require.NoError(t, os.WriteFile(*results, []byte(report), 0o644)) //nolint:gosec // a report for everybody
	}
}

func build(t *testing.T) string {
	t.Helper()
	return filepath.Join(buildtest.Programs(t, buildtest.Gameday), "gameday")
}

func fence(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Quote(namespace(i))
	}
	return "namespaces = [" + strings.Join(names, ", ") + "]"
}

// configuration has faults of several kinds that reach from one pod to a zone.
func (s *server) configuration(t *testing.T, fence string) string {
	t.Helper()
	text := strings.NewReplacer("KUBECONFIG", s.kubeconfig, "FENCE", fence).Replace(`
environment "kubernetes" "large" {
  kubeconfig = "KUBECONFIG"
  FENCE
}

experiment "many" {
  environment = environment.large
  steady_state {
    baseline = "1s"
    probe "tcp" "any" {
      address = "127.0.0.1:1"
    }
    assert "any" {
      condition     = probe.any.success_ratio >= 0
      error_message = "never"
    }
  }
  fault "kubernetes_pod_kill" "tier" {
    duration = "30s"
    target {
      namespace   = "team-00"
      expressions = "tier in (front, back)"
      percent     = 10
    }
  }
  fault "kubernetes_pod_kill" "zone" {
    duration = "30s"
    target {
      node_labels = { "topology.kubernetes.io/zone" = "a" }
    }
  }
  fault "kubernetes_pod_kill" "owner" {
    duration = "30s"
    target {
      owner = "deployment/app-0000"
      count = 1
    }
  }
  fault "kubernetes_scale" "down" {
    duration = "30s"
    replicas = 0
    target {
      labels = { tier = "data" }
      count  = 5
    }
  }
  fault "kubernetes_node_cordon" "nodes" {
    duration = "30s"
    target {
      labels = { "topology.kubernetes.io/zone" = "b" }
    }
  }
}
`)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large.gameday.hcl"), []byte(text), 0o600))
	return dir
}

// cost is what one plan took, and what it found.
type cost struct {
	wall, cpu         time.Duration
	peak              int64 // bytes resident
	scope             string
	targets, warnings int
}

// planOnce runs the command. Its peak is read while it runs, as what the system
// tells afterwards includes what this process had when it started it.
func planOnce(t *testing.T, gameday, dir string) cost {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), gameday, "plan", "-json", dir)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &problems
	began := time.Now()
	require.NoError(t, cmd.Start())
	peak, stop := watchPeak(cmd.Process.Pid)
	err := cmd.Wait()
	c := cost{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	stop()
	c.peak = <-peak
	require.NoError(t, err, "%s%s", problems.String(), out.String()[:min(out.Len(), 3000)])
	var plan struct {
		Experiments []struct {
			Faults []struct {
				Type       string
				Population int
			}
		}
		Summary struct{ Targets, Warnings int }
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &plan))
	c.targets, c.warnings = plan.Summary.Targets, plan.Summary.Warnings
	for _, f := range plan.Experiments[0].Faults {
		if f.Type == "kubernetes_pod_kill" {
			c.scope = strconv.Itoa(max(f.Population, atoi(c.scope)))
		}
	}
	return c
}

func atoi(text string) int { n, _ := strconv.Atoi(text); return n }

// watchPeak reads the peak of a process again and again until it is stopped or
// the process is gone.
func watchPeak(pid int) (<-chan int64, func()) {
	result, done := make(chan int64, 1), make(chan struct{})
	go func() {
		var peak int64
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, highWater(pid))
			select {
			case <-done:
				result <- peak
				return
			case <-tick.C:
			}
		}
	}()
	return result, func() { close(done) }
}

func highWater(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, "VmHWM:"); is {
			return int64(atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))) << 10
		}
	}
	return 0
}

func medianOf(costs []cost) cost {
	byWall := slices.Clone(costs)
	slices.SortFunc(byWall, func(a, b cost) int { return int(a.wall - b.wall) })
	m := byWall[len(byWall)/2]
	for _, c := range costs {
		m.peak = max(m.peak, c.peak) // the worst of all rounds
	}
	return m
}

func longest(costs []cost) time.Duration {
	most := time.Duration(0)
	for _, c := range costs {
		most = max(most, c.wall)
	}
	return most
}
