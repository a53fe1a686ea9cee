package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

func TestMain(m *testing.M) { os.Exit(providertest.Main(m, provider())) }

// startRedis starts a real server with few connections, and ends it with the test.
func startRedis(t *testing.T) place {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	at := place{Address: listener.Addr().String()}
	_, port, err := net.SplitHostPort(at.Address)
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	server := exec.CommandContext(t.Context(), "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--maxclients", "64", "--dir", t.TempDir())
	require.NoError(t, server.Start(), "expected redis-server, which Debian has in the package of that name")
	t.Cleanup(func() { _ = server.Wait() }) // the end of the context kills it
	require.Eventually(t, func() bool { return at.healthy(t.Context()) == nil }, 20*time.Second, 10*time.Millisecond)
	return at
}

// healthy is a new client that writes and reads.
func (p place) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client := p.open("test", 1)
	defer func() { _ = client.Close() }()
	return client.Set(ctx, "a", "b", 0).Err()
}

func TestConformance(t *testing.T) {
	for fault, more := range map[string]string{"redis_client_pause": "mode = \"write\"\npause = \"100ms\"", "redis_connection_exhaustion": "leave = 8"} {
		for way, of := range map[string]func(t *testing.T) providers.Provider{
			"in process":  func(*testing.T) providers.Provider { return provider() },
			"as a plugin": func(t *testing.T) providers.Provider { t.Helper(); return providertest.OutOfProcess(t, "redis") },
		} {
			t.Run(fault+" "+way, func(t *testing.T) {
				at := startRedis(t)
				providertest.Run(t, providertest.Harness{
					Fault: providertest.Fault(t, of(t), fault), Config: fmt.Sprintf("address = %q\n%s", at.Address, more), Run: "run",
					Environment: providers.EnvironmentState{Up: true}, Healthy: at.healthy, Fresh: providertest.FreshRevert, Killed: providertest.KilledInject, Settles: true,
				})
			})
		}
	}
}

// TestPauseOfAll: nobody is answered, and everybody is afterwards.
func TestPauseOfAll(t *testing.T) {
	at := startRedis(t)
	p := providertest.OutOfProcess(t, "redis")
	fault := providertest.Fault(t, p, "redis_client_pause")
	config := providertest.Decode(t, fault.Schema(), fmt.Sprintf("address = %q\npause = \"300ms\"", at.Address))
	plan, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: config})
	require.Empty(t, diags)
	assert.Equal(t, at.Address, plan.Targets[0].Name)
	assert.Len(t, plan.Targets[0].UID, 40, "its run id")
	record, diags := fault.Prepare(t.Context(), providers.PrepareRequest{ID: "one", Config: config, Plan: plan, Deadline: time.Now().Add(time.Minute)})
	require.Empty(t, diags)
	require.NoError(t, fault.Inject(t.Context(), providers.InjectRequest{Record: record, Config: config}))

	probe := p.Types().Probes[1]
	prober, diags := probe.Open(t.Context(), providers.OpenRequest{Config: providertest.Decode(t, probe.Schema(), fmt.Sprintf("address = %q", at.Address)), Timeout: 300 * time.Millisecond})
	require.Empty(t, diags)
	failed := 0
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if !prober.Sample(ctx).OK {
			failed++
		}
		cancel()
	}
	assert.GreaterOrEqual(t, failed, 4, "it may be answered between two pauses")
	require.NoError(t, fault.Revert(t.Context(), record))
	require.NoError(t, at.healthy(t.Context()))
	require.NoError(t, prober.Close())
}

func TestNoServer(t *testing.T) {
	fault := providertest.Fault(t, provider(), "redis_client_pause")
	_, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: providertest.Decode(t, fault.Schema(), `address = "127.0.0.1:1"`)})
	require.True(t, diags.HasErrors())
	assert.Equal(t, "Cannot reach the Redis server", diags[0].Summary)
	assert.Contains(t, diags[0].Detail, "connection refused")
}

// TestWhatIsUnknownIsNotGuessed: a plan says of it that it is known only at apply.
func TestWhatIsUnknownIsNotGuessed(t *testing.T) {
	address := startRedis(t).Address
	for name, c := range map[string]struct {
		fault, unknown string
		effect         string // of the plan
		targets        int
	}{
		"pause, address":       {"redis_client_pause", "address", "answers every command late, by up to 2s", 0},
		"pause, user":          {"redis_client_pause", "user", "answers every command late, by up to 2s", 0},
		"pause, mode":          {"redis_client_pause", "mode", "holds answers back, in a mode that is known only at apply", 1},
		"pause, pause":         {"redis_client_pause", "pause", "answers every command late, by up to a time that is known only at apply", 1},
		"connections, address": {"redis_connection_exhaustion", "address", "takes all connections but 3", 0},
		"connections, user":    {"redis_connection_exhaustion", "user", "takes all connections but 3", 0},
		"connections, leave":   {"redis_connection_exhaustion", "leave", "takes all connections but a number that is known only at apply", 1},
	} {
		t.Run(name, func(t *testing.T) {
			values := map[string]cty.Value{"address": cty.StringVal(address), "user": cty.StringVal("")}
			if c.fault == "redis_client_pause" {
				values["mode"], values["pause"] = cty.StringVal("all"), cty.StringVal("2s")
			} else {
				values["leave"] = cty.NumberIntVal(3)
			}
			require.Contains(t, values, c.unknown)
			values[c.unknown] = cty.UnknownVal(values[c.unknown].Type())
			plan, diags := providertest.Fault(t, provider(), c.fault).Plan(t.Context(), providers.FaultPlanRequest{Config: schema.NewValues(cty.ObjectVal(values))})
			require.Empty(t, diags)
			assert.Equal(t, c.effect, plan.Effect)
			assert.Len(t, plan.Targets, c.targets)
			assert.Equal(t, c.targets == 0, plan.Unknown == c.unknown+" is known only when the run is applied", plan.Unknown)
			for _, text := range []string{plan.Effect, plan.Undo, plan.Guard} {
				assert.NotEmpty(t, text)
				assert.NotRegexp(t, `\b0s\b`, text)
			}
		})
	}
}
