package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const goOutput = `goos: linux
pkg: example.org/a
cpu: some
BenchmarkPlan/1000-2         	       3	 300000000 ns/op	 1000 B/op	      12 allocs/op
BenchmarkPlan/1000-2         	       3	 100000000 ns/op	 1000 B/op	      12 allocs/op
BenchmarkPlan/1000-2         	       3	 200000000 ns/op	 3000 B/op	      12 allocs/op
PASS
pkg: example.org/b
BenchmarkProbe-2   100   0.0123 late_share
ok  	example.org/b	1.2s
`

func TestGoBenchmarksBecomeMedians(t *testing.T) {
	want := `
## example.org/a

| benchmark | medians |
| --- | --- |
| Plan/1000-2 | 200000000 ns/op, 1000 B/op, 12 allocs/op |

## example.org/b

| benchmark | medians |
| --- | --- |
| Probe-2 | 0.0123 late_share |
`
	assert.Empty(t, cmp.Diff(want, tables(parseBenchmarks(goOutput))))
}

func TestMeasure(t *testing.T) {
	got, err := command{name: "sh", args: []string{"sh", "-c", "exit 0"}}.measure(t.Context())
	require.NoError(t, err)
	assert.Positive(t, got.wall)
	assert.Positive(t, got.peakRSS)

	_, err = command{name: "sh", args: []string{"sh", "-c", "echo broken; exit 3"}}.measure(t.Context())
	assert.ErrorContains(t, err, "broken", "a comparison with a command that fails is worth nothing")
}

func TestMedianIsOfEachQuantity(t *testing.T) {
	got := median([]cost{{3, 10, 100}, {1, 30, 300}, {2, 20, 200}})
	assert.Equal(t, cost{2 * time.Nanosecond, 20, 200}, got)
}

func TestRatioIsOfTheRounds(t *testing.T) {
	// In the second round the machine was three times slower, for both.
	ours, theirs := []cost{{wall: 1}, {wall: 3}, {wall: 1}}, []cost{{wall: 2}, {wall: 6}, {wall: 2}}
	assert.InDelta(t, 0.5, pairedRatio(ours, theirs), 1e-9)
}
