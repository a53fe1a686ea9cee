package planview

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
)

var update = flag.Bool("update", false, "write the golden files")

func render(t *testing.T, p *plan.Plan, o Options) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Render(&out, p, o))
	return out.String()
}

func TestRenderGolden(t *testing.T) {
	tests := map[string]struct {
		plan *plan.Plan
		opts Options
	}{
		"empty":        {&plan.Plan{Dir: "."}, Options{}},
		"shop":         {shopPlan(), Options{Width: 100}},
		"shop-narrow":  {shopPlan(), Options{Width: 40}},
		"shop-color":   {shopPlan(), Options{Width: 100, Color: true}},
		"crowded":      {crowdedPlan(), Options{Width: 100}},
		"crowded-full": {crowdedPlan(), Options{Width: 100, Full: true}},
		"sensitive":    {sensitivePlan(), Options{}},
		"hostile":      {hostilePlan(), Options{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := render(t, test.plan, test.opts)
			path := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Empty(t, cmp.Diff(string(want), got))
		})
	}
}

// TestFaultIsShownAsInAPlan: each line of it stands in the plan, too, where it is
// indented by two more.
func TestFaultIsShownAsInAPlan(t *testing.T) {
	for _, p := range []*plan.Plan{shopPlan(), crowdedPlan(), hostilePlan()} {
		all := strings.Split(render(t, p, Options{Width: 100}), "\n")
		for _, f := range p.Experiments[0].Faults {
			if f.Unknown != "" {
				continue
			}
			for _, line := range Fault(planned(f), Options{Width: 98}) {
				assert.Contains(t, all, "  "+strings.ReplaceAll(line, "the run's events.jsonl lists all", "gameday plan -full lists all"))
			}
		}
	}
}

// TestTimelineSaysWhatIsNotInIt: what faults take on top is said where there are some.
func TestTimelineSaysWhatIsNotInIt(t *testing.T) {
	p := shopPlan()
	assert.Contains(t, render(t, p, Options{Width: 100}), "Phases, about 10 s, at most 25 s, and what injecting and reverting take\n")
	e := &p.Experiments[0]
	e.Faults, e.Phases, e.Expected, e.Longest = nil, e.Phases[:1], 3, 8
	assert.Contains(t, render(t, p, Options{Width: 100}), "Phases, about 3 s, at most 8 s\n")
}

func TestFaultWithWarnings(t *testing.T) {
	told := planned(delayFault())
	told.Warnings = []event.Warning{{Summary: "A workload with a single replica", Detail: "Nothing stands in for shop/payments."}, {Summary: "A node of the control plane"}}
	lines := Fault(told, Options{Width: 50})
	assert.Equal(t, []string{
		"  Warning      A workload with a single replica",
		"               Nothing stands in for",
		"               shop/payments.",
		"  Warning      A node of the control plane",
	}, lines[len(lines)-4:])
	assert.Equal(t, strings.Join(lines, "\n"), stripANSI(strings.Join(Fault(told, Options{Width: 50, Color: true}), "\n")))
}

func planned(f plan.Fault) event.FaultPlanned {
	told := event.FaultPlanned{
		Fault: f.Address, Type: f.Type, Effect: f.Effect, Targets: f.Targets, Eligible: f.Eligible, Population: f.Population,
		Radius: f.Radius, Undo: f.Undo, Guard: f.Guard, Adds: f.Adds, Locks: f.Locks, Source: f.Source,
	}
	for _, p := range f.Permissions {
		told.Permissions = append(told.Permissions, event.Right{Text: p.Action, Held: p.Held, Detail: p.Detail})
	}
	return told
}

func TestPlainHasNoEscapes(t *testing.T) {
	for _, p := range []*plan.Plan{shopPlan(), crowdedPlan(), sensitivePlan(), hostilePlan()} {
		assert.NotContains(t, render(t, p, Options{}), "\x1b")
	}
}

// TestColorChangesNoText: colour is only decoration.
func TestColorChangesNoText(t *testing.T) {
	for _, p := range []*plan.Plan{shopPlan(), crowdedPlan()} {
		colored := render(t, p, Options{Color: true})
		assert.Contains(t, colored, "\x1b[")
		assert.Equal(t, render(t, p, Options{}), stripANSI(colored))
	}
}

func stripANSI(text string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		_, text, _ = strings.Cut(after, "m")
	}
}

// TestLinesFit: only what has no space in it may stand over the edge.
func TestLinesFit(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, line := range strings.Split(render(t, crowdedPlan(), Options{Width: width}), "\n") {
			if lipgloss.Width(line) > width {
				assert.NotContains(t, strings.TrimSpace(line), "  ", "%d columns: %q", width, line)
			}
			assert.Equal(t, strings.TrimRight(line, " "), line, "no trailing space")
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("pipe is closed")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRenderReportsTheWritersError(t *testing.T) {
	assert.ErrorIs(t, Render(brokenWriter{}, shopPlan(), Options{}), errBroken)
}

func TestSeconds(t *testing.T) {
	for in, want := range map[float64]string{
		0: "0 s", 0.05: "50 ms", 0.25: "250 ms", 0.9999: "1 s", 1: "1 s", 2.5: "2.5 s", 59: "59 s", 59.99: "1 min", 60: "1 min",
		90: "1 min 30 s", 3600: "1 h", 3725: "1 h 2 min", 0.0004: "0.4 ms",
	} {
		assert.Equal(t, want, seconds(in), "%v", in)
	}
}

func TestCount(t *testing.T) {
	assert.Equal(t, "1 process", count(1, "process"))
	assert.Equal(t, "2 processes", count(2, "process"))
	assert.Equal(t, "0 links", count(0, "link"))
	assert.Equal(t, "3 proxies", count(3, "proxy"))
}

func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"one two", "three"}, wrap("one two three", 8))
	assert.Equal(t, []string{"a", "unbreakable/path", "b"}, wrap("a unbreakable/path b", 6))
	assert.Equal(t, []string{""}, wrap("", 6))
	assert.Equal(t, []string{"日本", "語"}, wrap("日本 語", 4), "by columns, not by bytes")
}

func BenchmarkRender(b *testing.B) {
	p := shopPlan()
	for range 999 {
		p.Experiments = append(p.Experiments, shopExperiment())
	}
	for _, color := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "color"}[color], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out bytes.Buffer
				if err := Render(&out, p, Options{Color: color, Width: 100}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
