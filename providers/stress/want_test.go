package stress

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

const mi, gi = int64(1) << 20, int64(1) << 30

func TestMemoryWanted(t *testing.T) {
	machine := procfs.Memory{Total: 16 * gi, Available: 4 * gi}
	group := cgroup.Memory{Limit: 1000 * mi, Used: 200 * mi, Headroom: 800 * mi, Known: true}
	none := cgroup.Memory{Limit: cgroup.Unlimited, Headroom: cgroup.Unlimited}
	tests := map[string]struct {
		memory  Memory
		group   cgroup.Memory
		machine procfs.Memory
		want    wanted
		fails   string
	}{
		"percent of the limit": {memory: Memory{Percent: 50}, group: group, machine: machine, want: wanted{500 * mi, 50 * mi, 256 * mi}},
		"margin of one's own":  {memory: Memory{Size: 700 * mi, Margin: 90 * mi}, group: group, machine: machine, want: wanted{700 * mi, 90 * mi, 90 * mi}},
		"into the margin":      {memory: Memory{Size: 760 * mi}, group: group, machine: machine, fails: "800.0 MiB are free"},
		"limit that is told":   {memory: Memory{Percent: 50, Limit: 400 * mi, Used: 190 * mi}, group: none, machine: machine, fails: "200.0 MiB are to be taken"},
		"forced":               {memory: Memory{Size: 760 * mi, Force: true}, group: group, machine: machine, want: wanted{760 * mi, unchecked, unchecked}},
		"no limit":             {memory: Memory{Percent: 50}, group: none, machine: machine, fails: "no limit that is visible"},
		"no room on the machine": {
			memory: Memory{Percent: 50}, group: group, machine: procfs.Memory{Total: 16 * gi, Available: 700 * mi}, fails: "available on the machine",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.memory.want(test.group, test.machine)
			if test.fails != "" {
				require.ErrorContains(t, err, test.fails)
				return
			}
			require.NoError(t, err)
			assert.Empty(t, cmp.Diff(test.want, got, cmp.AllowUnexported(wanted{})))
		})
	}
}

// TestMemoryFits: what can be told from afar is told by the same arithmetic.
func TestMemoryFits(t *testing.T) {
	tests := map[string]struct {
		memory Memory
		fails  string
	}{
		"room enough":     {memory: Memory{Percent: 50, Limit: 512 * mi, Used: 200 * mi}},
		"just enough":     {memory: Memory{Size: 100 * mi, Limit: 200 * mi, Used: 90 * mi}},
		"a byte too much": {memory: Memory{Size: 100*mi + 1, Limit: 200 * mi, Used: 90 * mi}, fails: "110.0 MiB are free"},
		"into the margin": {memory: Memory{Percent: 50, Limit: 512 * mi, Used: 300 * mi}, fails: "212.0 MiB are free, 256.0 MiB are to be taken, and 25.6 MiB are to stay"},
		"a margin given":  {memory: Memory{Size: 100 * mi, Limit: 512 * mi, Used: 300 * mi, Margin: 128 * mi}, fails: "128.0 MiB are to stay"},
		"forced":          {memory: Memory{Percent: 50, Limit: 512 * mi, Used: 500 * mi, Force: true}},
		"no limit":        {memory: Memory{Size: gi}},
		"percent of none": {memory: Memory{Percent: 50}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.memory.Fits()
			if test.fails == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrReserve)
			assert.ErrorContains(t, err, test.fails)
		})
	}
}
