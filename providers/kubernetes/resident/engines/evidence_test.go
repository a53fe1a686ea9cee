package engines

import (
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers/diskspace"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/packetfault"
	"github.com/gameday-dev/gameday/providers/procfault"
	"github.com/gameday-dev/gameday/providers/stress"
)

var (
	_ agent.Waning = (*processesRunning)(nil)
	_ agent.Waning = (*loadRunning)(nil)
)

// TestFactsOfALoadAreOfWhatWasAskedFor: to take memory or space takes processor time, too,
// also where nothing has been taken.
func TestFactsOfALoadAreOfWhatWasAskedFor(t *testing.T) {
	cpu, memory, disk := stress.Spec{CPU: &stress.CPU{Workers: 1}}, stress.Spec{Memory: &stress.Memory{}}, stress.Spec{Disk: &stress.Disk{}}
	space := &diskspace.Space{}
	for name, c := range map[string]struct {
		spec  stress.Spec
		stats stress.Stats
		want  []string
	}{
		"processor time":      {cpu, stress.Stats{CPUSeconds: 1}, []string{"cpu_seconds"}},
		"no processor time":   {cpu, stress.Stats{}, nil},
		"hardly any of it":    {stress.Spec{CPU: &stress.CPU{Workers: 1, Load: 80}}, stress.Stats{CPUSeconds: 0.02, WallSeconds: 1}, nil},
		"memory":              {memory, stress.Stats{CPUSeconds: 1, Bytes: 1}, []string{"resident_bytes"}},
		"no memory":           {memory, stress.Stats{CPUSeconds: 1}, nil},
		"space":               {disk, stress.Stats{CPUSeconds: 1, Bytes: 1, Filesystem: space}, []string{"bytes_allocated"}},
		"no space":            {disk, stress.Stats{CPUSeconds: 1, Filesystem: space}, nil},
		"space, statfs fails": {disk, stress.Stats{Bytes: 1}, []string{"bytes_allocated"}},
	} {
		t.Run(name, func(t *testing.T) {
			var names []string
			for _, fact := range loadFacts(c.spec, c.stats) {
				names = append(names, fact.Name)
			}
			assert.Empty(t, cmp.Diff(c.want, names))
		})
	}
}

// TestFactsOfPackets: what found no room to be held passed, and is no evidence of a delay.
func TestFactsOfPackets(t *testing.T) {
	matched := firewall.Counters{Ingress: firewall.Count{Packets: 20}, Egress: firewall.Count{Packets: 10}}
	for name, c := range map[string]struct {
		stats packetfault.Stats
		want  []string
	}{
		"nothing":         {packetfault.Stats{}, nil},
		"all passed":      {packetfault.Stats{Seen: 8, Passed: 8, Matched: matched}, nil},
		"some were held":  {packetfault.Stats{Seen: 8, Delayed: 5, Passed: 3, TimeHeld: time.Second}, []string{"5 of 8 packets delayed, by 200.0 ms on average"}},
		"the queue, full": {packetfault.Stats{Seen: 8, Delayed: 8, Matched: matched, TimeHeld: time.Second}, []string{"8 of 30 packets delayed, by 125.0 ms on average"}},
		"a partition":     {packetfault.Stats{Seen: 30, Dropped: 30, Matched: matched}, []string{"30 of 30 packets dropped"}},
	} {
		t.Run(name, func(t *testing.T) {
			var texts []string
			for _, fact := range packetFacts(c.stats) {
				texts = append(texts, fact.Text)
			}
			assert.Empty(t, cmp.Diff(c.want, texts))
		})
	}
}

func TestWorkersThatHaveEndedAreMissing(t *testing.T) {
	asked := stress.Spec{CPU: &stress.CPU{Workers: 4}}
	assert.Empty(t, fewer(asked, stress.Stats{Workers: 4}))
	assert.Equal(t, "3 of 4 workers run: worker 7: killed", fewer(asked, stress.Stats{Workers: 3, Failure: "worker 7: killed"}))
	memory := stress.Spec{Memory: &stress.Memory{}}
	assert.Empty(t, fewer(memory, stress.Stats{}), "its only worker ends with the fault")
	assert.Empty(t, fewer(memory, stress.Stats{Workers: 1, Bytes: 8 << 20, Asked: 8 << 20}))
	assert.Equal(t, "2.0 of 8.0 MiB are resident in a worker", fewer(memory, stress.Stats{Workers: 1, Bytes: 2 << 20, Asked: 8 << 20}), "on the ramp")
}

// TestWorkersThatGotHardlyAnyTimeAreMissing: they give way to everybody, and what a busy node leaves them is not what was asked for.
func TestWorkersThatGotHardlyAnyTimeAreMissing(t *testing.T) {
	many := 10 * runtime.NumCPU()
	for name, c := range map[string]struct {
		asked     stress.CPU
		used      float64 // percent of one processor, by each worker
		wall      float64
		cgroup    *stress.Cgroup
		isMissing bool
	}{
		"all of it":                      {asked: stress.CPU{Workers: 1, Load: 80}, used: 80, wall: 10},
		"more than half of it":           {asked: stress.CPU{Workers: 1, Load: 80}, used: 45, wall: 10},
		"hardly any":                     {asked: stress.CPU{Workers: 1, Load: 80}, used: 2, wall: 10, isMissing: true},
		"none at all":                    {asked: stress.CPU{Workers: 1, Load: 80}, wall: 10, isMissing: true},
		"hardly any, at the beginning":   {asked: stress.CPU{Workers: 1, Load: 80}, used: 2, wall: 1.9},
		"what the limit leaves":          {asked: stress.CPU{Workers: 2, Load: 80, Limit: 0.1}, used: 5, wall: 10},
		"less than the limit leaves":     {asked: stress.CPU{Workers: 2, Load: 80, Limit: 0.5}, used: 5, wall: 10, isMissing: true},
		"a limit that explains nothing":  {asked: stress.CPU{Workers: 1, Load: 80, Limit: 4}, used: 2, wall: 10, isMissing: true},
		"what a visible limit leaves":    {asked: stress.CPU{Workers: 1, Load: 80}, used: 5, wall: 10, cgroup: &stress.Cgroup{CPULimit: 0.05}},
		"no visible limit":               {asked: stress.CPU{Workers: 1, Load: 80}, used: 5, wall: 10, cgroup: &stress.Cgroup{}, isMissing: true},
		"more workers than processors":   {asked: stress.CPU{Workers: many, Load: 100}, used: 10, wall: 10},
		"little, which the clock hides":  {asked: stress.CPU{Workers: 1, Load: 1}, wall: 3},
		"little, which the clock counts": {asked: stress.CPU{Workers: 1, Load: 1}, wall: 10, isMissing: true},
	} {
		t.Run(name, func(t *testing.T) {
			seconds := c.used / 100 * c.wall * float64(c.asked.Workers)
			stats := stress.Stats{Workers: c.asked.Workers, WallSeconds: c.wall, CPUSeconds: seconds, Load: c.used, Cgroup: c.cgroup}
			missing := fewer(stress.Spec{CPU: &c.asked}, stats)
			assert.Equal(t, c.isMissing, missing != "", missing)
		})
	}
	starved := stress.Stats{Workers: 2, WallSeconds: 10, CPUSeconds: 0.4, Load: 2}
	assert.Equal(t, "2 workers used 2 % of one processor each, of the 80 % that were asked for: processes of the agent give way to others, which keep the node's processors busy, or have used up the pod's limit",
		fewer(stress.Spec{CPU: &stress.CPU{Workers: 2, Load: 80}}, starved))
}

// TestEveryProcessMustEnd: one that ignores the signal leaves the fault in part.
func TestEveryProcessMustEnd(t *testing.T) {
	state := func(pid int, gone bool) procfault.State {
		return procfault.State{Process: procfault.Process{Identity: procfs.Identity{PID: pid}, Name: "app"}, Gone: gone}
	}
	gone := []procfault.State{state(7, true), state(8, true)}
	assert.Empty(t, survivors(gone))
	assert.Len(t, processFacts(procfault.Kill, gone), 2)
	assert.Equal(t, "2 of 3 processes have got the signal and are still alive: process 8 (app), process 9 (app)",
		survivors([]procfault.State{state(7, true), state(8, false), state(9, false)}))
}
