package cgroup

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree writes files below a folder of the test's own.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func TestMemory(t *testing.T) {
	const unlimited = "9223372036854771712\n"
	tests := map[string]struct {
		files      map[string]string
		membership string
		want       Memory
	}{
		"version 2, limit above": {
			membership: "0::/pod/app\n",
			files: map[string]string{
				"cgroup.procs": "", "pod/cgroup.procs": "", "pod/memory.max": "1000\n", "pod/memory.current": "700\n", "pod/memory.stat": "anon 1\ninactive_file 100\n",
				"pod/memory.events": "oom 2\noom_kill 2\n", "pod/app/memory.max": "max\n", "pod/app/memory.current": "300\n",
			},
			want: Memory{Limit: 1000, Used: 300, Headroom: 400, Kills: 2, Known: true},
		},
		"version 2, a container's own": {
			membership: "0::/../other\n",
			files:      map[string]string{"cgroup.procs": "", "memory.max": "512\n", "memory.current": "12\n"},
			want:       Memory{Limit: 512, Used: 12, Headroom: 500, Known: true},
		},
		"version 1, limit that is not visible": {
			membership: "4:memory:/kubepods/pod1/abc\n",
			files: map[string]string{
				"memory/cgroup.procs": "", "memory/memory.limit_in_bytes": unlimited, "memory/memory.usage_in_bytes": "90\n",
				"memory/memory.stat": "total_inactive_file 40\nhierarchical_memory_limit 200\n", "memory/memory.oom_control": "under_oom 0\noom_kill 3\n",
			},
			want: Memory{Limit: 200, Used: 50, Headroom: 150, Kills: 3, Known: true},
		},
		"version 1, none": {
			membership: "4:memory:/\n",
			files:      map[string]string{"memory/cgroup.procs": "", "memory/memory.limit_in_bytes": unlimited, "memory/memory.usage_in_bytes": "90\n"},
			want:       Memory{Limit: Unlimited, Used: 90, Headroom: Unlimited, Known: true},
		},
		"no files": {want: Memory{Limit: Unlimited, Headroom: Unlimited}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Files{root: tree(t, test.files), membership: test.membership}.Memory()
			assert.Empty(t, cmp.Diff(test.want, got))
		})
	}
}

func TestCPU(t *testing.T) {
	v1 := Files{root: tree(t, map[string]string{
		"cpu,cpuacct/cgroup.procs": "", "cpu,cpuacct/cpuacct.usage": "2000000000\n", "cpu,cpuacct/cpu.stat": "nr_periods 10\nnr_throttled 4\nthrottled_time 5000\n",
		"cpu,cpuacct/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
	}), membership: "3:cpu,cpuacct:/a/b\n"}
	want := CPU{Used: 2 * time.Second, Periods: 10, Throttled: 4, ThrottledTime: 5 * time.Microsecond, Limit: 0.5, Known: true}
	assert.Equal(t, want, v1.CPU())
	v2 := At(tree(t, map[string]string{"cgroup.procs": "", "cpu.stat": "usage_usec 2000000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 5\n", "cpu.max": "50000 100000\n"}))
	assert.Equal(t, want, v2.CPU())
	assert.Equal(t, CPU{Limit: 0.5, Known: true}, want.Since(want))
}

func TestLeastQuotaCounts(t *testing.T) {
	files := map[string]string{"cgroup.procs": "", "cpu.max": "max 100000\n"}
	assert.Zero(t, At(tree(t, files)).CPU().Limit)
	files["pod/cpu.max"], files["pod/app/cpu.max"] = "150000 100000\n", "400000 100000\n"
	got := Files{root: tree(t, files), membership: "0::/pod/app\n"}.CPU()
	assert.InDelta(t, 1.5, got.Limit, 1e-9)
}

func FuzzParseQuota(f *testing.F) {
	f.Add("max 100000\n")
	f.Add("-1 0")
	f.Fuzz(func(t *testing.T, text string) {
		var c CPU
		if c.limit(parseQuota(text)); c.Limit < 0 {
			t.Errorf("%q is a negative limit", text)
		}
	})
}

func TestOwnIsKnown(t *testing.T) {
	assert.True(t, Own().CPU().Known || !exists(DefaultRoot))
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte("a 1\nb x\n\nc\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(ParseTable(text)) > len(text) {
			t.Error("more names than bytes")
		}
	})
}

func FuzzMembership(f *testing.F) {
	f.Add("0::/\n3:cpu,cpuacct:/../x\n", "cpu")
	f.Add("::\x00", "") // no file can be called that
	f.Fuzz(func(t *testing.T, text, controller string) {
		for _, dir := range upwards("/nowhere", Files{membership: text}.path(controller)) {
			if dir != "/nowhere" {
				t.Errorf("%q led out of the mount, to %s", text, dir)
			}
		}
	})
}
