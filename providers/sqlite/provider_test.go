// Package sqlite tests the provider in Python that is beside it, by the kit that providers in Go go through.
package sqlite

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/host"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

// start starts the provider. It needs Debian's python3-grpcio, python3-protobuf, python3-cryptography and python3-msgpack.
func start(ctx context.Context) (*host.Plugin, error) {
	path, err := filepath.Abs("gameday-provider-sqlite")
	if err != nil {
		return nil, err
	}
	return host.Start(ctx, host.Source{Name: "sqlite", Path: "/usr/bin/python3", Args: []string{path}}, slog.New(slog.DiscardHandler))
}

func plugin(t *testing.T) *host.Plugin {
	t.Helper()
	p, err := start(t.Context())
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// database makes one with a table.
func database(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.db")
	require.NoError(t, sqlite(t.Context(), path, "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (7)"))
	return path
}

// sqlite runs statements in another process.
func sqlite(ctx context.Context, path, script string) error {
	output, err := exec.CommandContext(ctx, "/usr/bin/python3", "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0); c.executescript(sys.argv[2]); c.commit()", path, script).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

// checks is how often the kit tries what it draws: each injection starts a process.
const checks = "15"

func TestConformance(t *testing.T) {
	require.NoError(t, flag.Set("rapid.checks", checks))
	for _, mode := range []string{"write", "all"} {
		t.Run(mode, func(t *testing.T) {
			path := database(t)
			providertest.Run(t, providertest.Harness{
				Fault: providertest.Fault(t, plugin(t), "sqlite_lock"), Config: fmt.Sprintf("database = %q\nmode = %q", path, mode), Run: "run",
				Environment: providers.EnvironmentState{Up: true},
				Healthy:     func(ctx context.Context) error { return sqlite(ctx, path, "UPDATE orders SET id = id") },
				Fresh:       fresh,
			})
		})
	}
}

// fresh reverts in another process of the provider.
func fresh(ctx context.Context, text []byte) error {
	var record providers.Record
	if err := json.Unmarshal(text, &record); err != nil {
		return err
	}
	p, err := start(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.Types().Faults[0].Revert(ctx, record)
}

func TestProbe(t *testing.T) {
	path, typ := database(t), plugin(t).Types().Probes[0]
	sample := func(statement string) providers.Sample {
		prober, diags := typ.Open(t.Context(), providers.OpenRequest{
			Config: providertest.Decode(t, typ.Schema(), fmt.Sprintf("database = %q\nstatement = %q", path, statement)), Timeout: time.Second,
		})
		require.Empty(t, diags)
		defer func() { assert.NoError(t, prober.Close()) }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return prober.Sample(ctx)
	}
	seen := sample("SELECT id FROM orders")
	assert.True(t, seen.OK, "%+v", seen)
	assert.InDelta(t, 7, *seen.Value, 0)
	assert.Equal(t, providers.Sample{Error: "no such table: missing"}, sample("SELECT 1 FROM missing"))
}

// TestProbesAreNotMixedUp, when one of several has been closed.
func TestProbesAreNotMixedUp(t *testing.T) {
	path, typ := database(t), plugin(t).Types().Probes[0]
	open := func(number int) providers.Prober {
		prober, diags := typ.Open(t.Context(), providers.OpenRequest{
			Config: providertest.Decode(t, typ.Schema(), fmt.Sprintf("database = %q\nstatement = \"SELECT %d\"", path, number)), Timeout: time.Second,
		})
		require.Empty(t, diags)
		return prober
	}
	first, second := open(1), open(2)
	require.NoError(t, first.Close())
	third := open(3)
	for number, prober := range map[float64]providers.Prober{2: second, 3: third} {
		seen := prober.Sample(t.Context())
		require.NotNil(t, seen.Value, "%+v", seen)
		assert.InDelta(t, number, *seen.Value, 0)
		require.NoError(t, prober.Close(), "its own")
	}
}

// TestSamplesThatHangLeaveRoom for who looks and undoes, and for gameday, which ends a provider that does not say that it lives.
func TestSamplesThatHangLeaveRoom(t *testing.T) {
	path, p := database(t), plugin(t)
	fault, typ := providertest.Fault(t, p, "sqlite_lock"), p.Types().Probes[0]
	config := providertest.Decode(t, fault.Schema(), fmt.Sprintf("database = %q\nmode = \"all\"", path))
	plan, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: config})
	require.Empty(t, diags)
	record, diags := fault.Prepare(t.Context(), providers.PrepareRequest{ID: t.Name(), Config: config, Plan: plan, Deadline: time.Now().Add(time.Minute)})
	require.Empty(t, diags)
	require.NoError(t, fault.Inject(t.Context(), providers.InjectRequest{Record: record, Config: config}))

	prober, diags := typ.Open(t.Context(), providers.OpenRequest{
		Config: providertest.Decode(t, typ.Schema(), fmt.Sprintf("database = %q\nstatement = \"SELECT id FROM orders\"", path)), Timeout: time.Minute,
	})
	require.Empty(t, diags)
	const more = 8 // than the provider takes at a time, and than it has workers for
	samples := make(chan providers.Sample, 64+more)
	for range cap(samples) {
		go func() { samples <- prober.Sample(t.Context()) }()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 32 + more {
		select {
		case seen := <-samples:
			assert.Equal(t, providers.Sample{Lost: true, Error: "not taken: the provider sqlite is taking 32 samples already"}, seen)
		case <-ctx.Done():
			require.FailNow(t, "samples that nobody has time for wait")
		}
	}
	seen, err := fault.Observe(ctx, record)
	require.NoError(t, err)
	assert.True(t, seen.Proven(), "%+v", seen)
	require.NoError(t, fault.Revert(ctx, record))
	for range 32 {
		assert.True(t, (<-samples).OK, "when the lock was gone")
	}
	require.NoError(t, prober.Close())
}

// TestProblemsHaveTheirPlace: gameday can show the line.
func TestProblemsHaveTheirPlace(t *testing.T) {
	fault := providertest.Fault(t, plugin(t), "sqlite_lock")
	_, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: providertest.Decode(t, fault.Schema(), `database = "/nowhere/x.db"`)})
	require.Len(t, diags, 1)
	assert.Equal(t, "Cannot read the database", diags[0].Summary)
	assert.Contains(t, diags[0].Detail, "No such file or directory")
	require.Len(t, diags[0].Path, 1)
}

// TestWhatIsUnknownIsNotGuessed: a plan, and what is said of a type in short, say of it that it is known only at apply.
func TestWhatIsUnknownIsNotGuessed(t *testing.T) {
	path, fault := database(t), providertest.Fault(t, plugin(t), "sqlite_lock")
	teller, tells := providers.As[providers.WithSummary](fault)
	require.True(t, tells)
	unknown := cty.UnknownVal(cty.String)
	for name, c := range map[string]struct {
		database, mode  cty.Value
		effect, summary string
		targets         int
	}{
		"nothing":  {cty.StringVal(path), cty.StringVal("all"), "holds a lock against all access", "all lock of " + path, 1},
		"database": {unknown, cty.StringVal("write"), "holds a lock against writes", "write lock of (known only at apply)", 0},
		"mode":     {cty.StringVal(path), unknown, "holds a lock against what a mode says that is known only at apply", "(known only at apply) lock of " + path, 1},
	} {
		t.Run(name, func(t *testing.T) {
			config := schema.NewValues(cty.ObjectVal(map[string]cty.Value{"database": c.database, "mode": c.mode}))
			plan, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: config})
			require.Empty(t, diags)
			assert.Equal(t, c.effect, plan.Effect)
			assert.Len(t, plan.Targets, c.targets)
			assert.Equal(t, c.targets == 0, plan.Unknown != "")
			assert.Equal(t, c.summary, teller.Summary(config))
		})
	}
}

// unread reverts what is in place when nobody reads the log any more, and says what of two faults it has reverted.
const unread = `
import os, sys, time, types
import provider

class Fault:
    def inject(self, record, config): pass
    def revert(self, record):
        if record.id == "first":
            raise OSError("it cannot be reverted")
        print(record.id, flush=True)

ledger, deadline = provider.Ledger(), types.SimpleNamespace(ToNanoseconds=lambda: (time.time() + 3600) * 1e9)
for name in ("first", "second"):
    ledger.inject(Fault(), types.SimpleNamespace(id=name, deadline=deadline), {})
read, write = os.pipe()
os.close(read)
os.dup2(write, 2)
ledger.close()
print("closed", flush=True)
os._exit(0)
`

// TestNobodyReadsTheLog, as when gameday was killed: one fault that cannot be reverted does not keep the others.
func TestNobodyReadsTheLog(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", unread).Output()
	require.NoError(t, err)
	assert.Equal(t, "second\nsecond\nclosed\n", string(output), "once more when its injection has returned")
}
