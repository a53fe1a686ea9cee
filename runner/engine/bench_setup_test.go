package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// bench is a run about to be made, with everything around the engine real but
// the provider.
type bench struct {
	*world
	t       testing.TB
	set     *providers.Set
	cfg     *config.Config
	plan    *plan.Plan
	dir     string
	journal *journal.Journal
	wrap    func(engine.Journal) engine.Journal
	refuse  error // what evaluating the configuration says once an environment is up
	events  *recorder
	engine  *engine.Engine

	allowDrift bool
}

// recorder is a sink that keeps everything.
type recorder struct {
	mu     sync.Mutex
	events []event.Event
	on     func(event.Event)
}

func (r *recorder) Emit(e event.Event) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	if r.on != nil {
		r.on(e)
	}
}

// all is every event of one type.
func all[T event.Body](r *recorder) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []T
	for _, e := range r.events {
		if body, ok := e.Body.(T); ok {
			out = append(out, body)
		}
	}
	return out
}

func newBench(t testing.TB, text string) *bench {
	t.Helper()
	return newBenchOf(t, text, &world{})
}

// newBenchOf is a bench of a world that misbehaves while the plan is made, too.
func newBenchOf(t testing.TB, text string, w *world) *bench {
	t.Helper()
	w.broken = map[string]bool{}
	b := &bench{world: w, t: t, dir: t.TempDir(), events: &recorder{}}
	var err error
	b.set, err = providers.NewSet(fakeProvider{b.world})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "x.gameday.hcl"), []byte(text), 0o600))
	var diags hcl.Diagnostics
	b.cfg, diags = config.LoadDir(b.dir)
	require.False(t, diags.HasErrors(), diags.Error())
	resolved, diags := b.resolve(t.Context(), nil, cty.NilVal)
	require.False(t, diags.HasErrors(), diags.Error())
	b.plan, diags = plan.Build(t.Context(), plan.Request{Resolved: resolved, Set: b.set, Dir: b.dir})
	require.False(t, diags.HasErrors(), diags.Error())
	return b
}

func (b *bench) resolve(ctx context.Context, environments map[string]cty.Value, run cty.Value) (*resolve.Resolved, hcl.Diagnostics) {
	if b.refuse != nil && len(environments) > 0 {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Refused", Detail: b.refuse.Error()}}
	}
	return resolve.Resolve(ctx, b.cfg, b.set, resolve.Inputs{Environments: environments, Run: run})
}

// run makes the run, to be called inside a synctest bubble.
func (b *bench) run(ctx context.Context) engine.Result {
	b.t.Helper()
	var err error
	b.journal, err = journal.Create(b.dir, time.Now)
	require.NoError(b.t, err)
	var log engine.Journal = b.journal
	if b.wrap != nil {
		log = b.wrap(log)
	}
	bus := event.NewBus("r1", time.Now, b.events)
	b.engine = engine.New(engine.Request{
		Plan: b.plan, Resolve: b.resolve, Run: "r1", RunDir: b.dir, Dir: b.dir,
		Journal: log, Bus: bus, Parallelism: 2, AllowDrift: b.allowDrift, Mend: "gameday recover r1",
	})
	result, err := b.engine.Run(ctx)
	require.NoError(b.t, err)
	require.NoError(b.t, bus.Close())
	require.NoError(b.t, b.journal.Close())
	return result
}
