//go:build e2e

package crashmatrix

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/journal"
)

// TestEveryClusterType keeps the matrix whole: a new fault type must be in it.
func TestEveryClusterType(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	for _, name := range set.Names(providers.KindFault) {
		if strings.HasPrefix(name, "kubernetes_") && goesWithoutTrace()[name] == "" {
			assert.Contains(t, clusterFaults(), name)
		}
	}
}

// mending is a way in which the cluster becomes what it was.
type mending string

const (
	byRecover mending = "recover" // from the journal
	bySweep   mending = "sweep"   // from the cluster alone
	byItself  mending = "itself"  // the reaper, or the timer beside the fault, with nobody's help
)

// crashPoint is an entry of the journal with the moment at which the runner is
// killed.
type crashPoint struct {
	when  string
	entry journal.Type
}

// crashPoints are every entry of the journal, and the moments before those that
// note what was done to the cluster: it is done by then, and not noted.
func crashPoints() []crashPoint {
	var points []crashPoint
	for _, entry := range entries() {
		if entry == journal.FaultInjected || entry == journal.FaultReverted {
			points = append(points, crashPoint{"before", entry})
		}
		points = append(points, crashPoint{"after", entry})
	}
	return points
}

// wholeMatrix is the environment variable that asks for every entry of the journal
// also for faults on nodes and inside pods. The former run one after the other, and a
// node takes its time to come back; the latter are many that go one way. Without
// it they are killed only where something is at stake.
const wholeMatrix = "GAMEDAY_E2E_MATRIX"

// atStake reports whether the fault may be in place at a point.
func (p crashPoint) atStake() bool {
	return len(p.ways()) > 1 || p.entry == journal.FaultPrepared || p.entry == journal.FaultReverting
}

// ways are those in which the cluster must come back from a point. Where the fault
// is whole, and where it was done and not noted, each way is tried by itself; from
// everywhere else recover mends.
func (p crashPoint) ways() []mending {
	if p == (crashPoint{"before", journal.FaultInjected}) || p == (crashPoint{"after", journal.FaultActive}) {
		return []mending{byRecover, bySweep, byItself}
	}
	return []mending{byRecover}
}

// TestClusterCrashMatrix: SIGKILL of the runner at every entry of the journal, for
// every fault type, on a real cluster. Afterwards recover, sweep, and what stands
// beside the fault each leave every object as it was.
func TestClusterCrashMatrix(t *testing.T) {
	faults := clusterFaults()
	queue := make(chan string, len(faults))
	var onNodes []string
	for _, faultType := range longestFirst(faults) {
		if faults[faultType].alone {
			onNodes = append(onNodes, faultType)
		} else {
			queue <- faultType
		}
	}
	close(queue)
	try := func(faultType string) {
		t.Run(faultType, func(t *testing.T) { clusterMatrix(t, newBench(t, faultType, faults[faultType])) })
	}
	// Not by t.Parallel: -parallel counts what else the machine has to do, and these mostly wait.
	var lanes sync.WaitGroup
	lanes.Go(func() {
		for _, faultType := range onNodes {
			try(faultType)
		}
	})
	for lane := range sideBySide {
		lanes.Go(func() {
			for faultType := range queue {
				try(faultType)
				if lane >= always && starved(t) {
					return
				}
			}
		})
	}
	lanes.Wait()
}

// Each case starts processes and pods: with many more of them on two cores a fault is over before it is in place.
const (
	sideBySide = 5 // how many fault types are tried at once, beside one on nodes
	always     = 2 // of these, also where the machine has too little processor time for all
)

// starved reports whether for most of the last minute something waited for a processor, by the kernel's pressure stall
// information (proc_pressure_cpu(5)); without it nothing is known.
func starved(t *testing.T) bool {
	t.Helper()
	text, err := os.ReadFile("/proc/pressure/cpu")
	var ten, sixty float64
	if err != nil {
		return false
	}
	_, err = fmt.Sscanf(string(text), "some avg10=%f avg60=%f", &ten, &sixty)
	assert.NoError(t, err)
	return sixty > 90
}

// longestFirst has none of those that take long begin when all others are done.
func longestFirst(faults map[string]clusterFault) []string {
	return slices.SortedFunc(maps.Keys(faults), func(a, b string) int {
		return cmp.Or(cmp.Compare(faults[b].takes(), faults[a].takes()), cmp.Compare(a, b))
	})
}

func clusterMatrix(t *testing.T, b *bench) {
	t.Helper()
	b.uninterrupted()
	for _, point := range crashPoints() {
		if (b.fault.alone || b.fault.inside) && os.Getenv(wholeMatrix) == "" && !point.atStake() || !slices.Contains(b.entries(), point.entry) {
			continue
		}
		for _, way := range point.ways() {
			b.killedAt(point, way)
		}
	}
}

// entries are those of a run with the fault: one that cannot be proven is never
// said to be active.
func (b *bench) entries() []journal.Type {
	if !b.fault.unproven {
		return entries()
	}
	return slices.DeleteFunc(entries(), func(t journal.Type) bool { return t == journal.FaultActive })
}

// uninterrupted is the run that the others are cut from.
func (b *bench) uninterrupted() {
	b.t.Helper()
	c := b.newCase("", 0, 0)
	if b.fault.unproven {
		require.Equal(b.t, 5, c.gameday("apply", "-auto-approve"), c.output)
	} else {
		require.Equal(b.t, 0, c.apply(), c.output)
	}
	b.asBefore(c)
}

// killedAt kills the runner, mends in one way, and compares the cluster with what
// it was.
func (b *bench) killedAt(point crashPoint, way mending) {
	b.t.Helper()
	c := b.newCase(point.when, slices.Index(b.entries(), point.entry)+1, syscall.SIGKILL)
	started := time.Now()
	defer func() {
		b.t.Logf("%s %s, mended by %s: %s", point.when, point.entry, way, time.Since(started).Round(100*time.Millisecond))
	}()
	c.name += fmt.Sprintf(" (%s %s, mended by %s)", point.when, point.entry, way)
	assert.Equal(b.t, -1, c.apply(), "%s: killed\n%s", c, c.output)
	switch way {
	case byRecover:
		assert.Equal(b.t, 0, c.gameday("recover"), "%s\n%s", c, c.output)
	case bySweep:
		assert.Equal(b.t, 0, c.gameday("sweep", "-alive", "."), "%s\n%s", c, c.output)
	case byItself:
		b.await(c, "what stands beside the fault has undone it", b.undone)
	}
	if way == bySweep {
		b.asBefore(c)
	}
	if way != byRecover {
		assert.Equal(b.t, 0, c.gameday("recover"), "%s: the journal is closed, with nothing left to do\n%s", c, c.output)
	}
	b.asBefore(c)
	c.journalIsClean()
}

// await waits for a condition of the cluster.
func (b *bench) await(c *crash, what string, holds func(context.Context) (bool, string)) {
	b.t.Helper()
	patience, tick := time.NewTimer(b.fault.lasts+clusterPatience), time.NewTicker(clusterTick)
	defer patience.Stop()
	defer tick.Stop()
	for {
		ok, why := holds(b.t.Context())
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-patience.C:
			b.t.Errorf("%s: %s: not within %s: %s\n%s", c, what, b.fault.lasts+clusterPatience, why, b.reaperLogs())
			return
		}
	}
}

// reaperLogs are the last words of the namespace's reapers, which go with it.
func (b *bench) reaperLogs() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	pods, err := b.client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	var logs strings.Builder
	for i := range pods.Items {
		if name := pods.Items[i].Name; strings.HasPrefix(name, "gameday-reaper-") {
			text, err := b.client.CoreV1().Pods(b.namespace).GetLogs(name, &corev1.PodLogOptions{TailLines: new(int64(30))}).DoRaw(ctx)
			fmt.Fprintf(&logs, "%s: %v\n%s", name, err, text)
		}
	}
	return logs.String()
}

// clusterPatience is, beyond the fault's duration, the margin of its deadline, what the
// reaper needs to see it, and the time of controllers and nodes to be well again.
const clusterPatience = 90 * time.Second

// clusterTick is how often it is looked.
const clusterTick = 500 * time.Millisecond

func (b *bench) newCase(when string, entry int, sig syscall.Signal) *crash {
	b.t.Helper()
	c := &crash{t: b.t, name: b.faultType, lasts: b.fault.lasts, stage: b, when: when, entry: entry, signal: sig}
	c.begin()
	return c
}

func (b *bench) set(c *crash) string {
	b.t.Helper()
	switch {
	case b.fault.empties:
		b.refill()
	case b.fault.wears:
		b.renew()
	}
	b.fault.lasts = c.lasts // what was too short for one case would be for the next
	return clusterConfiguration(b.namespace, b.worker, b.faultType, b.fault)
}
