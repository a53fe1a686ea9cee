package host_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TestWhatIsOffered is the same as in the plugin's own process.
func TestWhatIsOffered(t *testing.T) {
	far, near := start(t), tester()
	assert.Equal(t, near.Metadata(), far.Metadata())
	farSet, err := providers.NewSet(far)
	require.NoError(t, err)
	nearSet, err := providers.NewSet(near)
	require.NoError(t, err)
	for _, kind := range providers.Kinds() {
		require.Equal(t, nearSet.Names(kind), farSet.Names(kind))
		for _, name := range nearSet.Names(kind) {
			want, got := nearSet.Type(kind, name).Schema(), farSet.Type(kind, name).Schema()
			assert.Empty(t, cmp.Diff(want, got, cmp.Comparer(func(a, b cty.Value) bool { return a.RawEquals(b) })), "%s %s", kind, name)
		}
	}
	_, takes := providers.As[providers.WithConfigure](far)
	assert.False(t, takes)
	_, validates := providers.As[providers.WithValidate](far.Types().Faults[0])
	assert.True(t, validates)
	_, validates = providers.As[providers.WithValidate](far.Types().Probes[0])
	assert.False(t, validates)
	_, lasts := providers.As[providers.WithLasting](far.Types().Environments[0])
	assert.False(t, lasts)
}

func TestValidateAndSummary(t *testing.T) {
	fault := start(t).Types().Faults[0]
	values := config(t, fault, `dir = "relative"`)
	check, _ := providers.As[providers.WithValidate](fault)
	assert.Equal(t, providers.Errorf(cty.GetAttrPath("dir"), "Not absolute", "Expected an absolute path, found %q.", "relative"), check.Validate(t.Context(), values))
	teller, _ := providers.As[providers.WithSummary](fault)
	assert.Equal(t, "a file in relative", teller.Summary(values))
}

func TestPlansMayBeUnknown(t *testing.T) {
	fault := start(t).Types().Faults[0]
	values := schema.NewValues(cty.ObjectVal(map[string]cty.Value{"dir": cty.UnknownVal(cty.String), "wait": cty.StringVal("1s"), "way": cty.StringVal("")}))
	plan, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: values})
	require.Empty(t, diags)
	assert.Equal(t, "dir is not known", plan.Unknown)
	assert.Equal(t, []providers.Permission{{Action: "write", Held: true}}, plan.Permissions)
}

func TestProbe(t *testing.T) {
	typ := start(t).Types().Probes[0]
	open := func(way string) (providers.Prober, providers.Diagnostics) {
		return typ.Open(t.Context(), providers.OpenRequest{Config: config(t, typ, fmt.Sprintf("way = %q", way)), Timeout: 200 * time.Millisecond})
	}
	sample := func(p providers.Prober) providers.Sample {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		return p.Sample(ctx)
	}
	t.Run("measures", func(t *testing.T) {
		p, diags := open("")
		assert.Equal(t, providers.Warningf(nil, "Measures nothing", "It is a test."), diags)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				seen := sample(p)
				assert.True(t, seen.OK)
				assert.InDelta(t, 7.5, *seen.Value, 0)
				assert.Equal(t, time.Millisecond, seen.Took)
				assert.True(t, seen.Fields.Type().HasAttribute("pid"))
			})
		}
		wait.Wait()
		require.NoError(t, p.Close())
	})
	t.Run("a slow target fails", func(t *testing.T) {
		p, _ := open("slow")
		assert.Equal(t, providers.Sample{Error: "the target was too slow"}, sample(p))
		require.NoError(t, p.Close())
	})
	t.Run("says what is no UTF-8", func(t *testing.T) {
		p, _ := open("latin")
		assert.Equal(t, providers.Sample{Error: "caf\uFFFD"}, sample(p))
		require.NoError(t, p.Close())
	})
	t.Run("a dead plugin loses samples, and goes on", func(t *testing.T) {
		p, _ := open("exit")
		first := sample(p)
		assert.True(t, first.Lost)
		assert.Contains(t, first.Error, "ended in the middle of Sample")
		assert.True(t, sample(p).Lost, "it ends each time")
		require.NoError(t, p.Close())
	})
	t.Run("is refused", func(t *testing.T) {
		_, diags := open("fail")
		assert.Equal(t, providers.Errorf(cty.GetAttrPath("way"), "Told to fail", "Expected another way."), diags)
	})
}

func TestLoad(t *testing.T) {
	typ := start(t).Types().Loads[0]
	run := func(ctx context.Context, way string) (samples []providers.LoadSample, err error) {
		generator, diags := typ.Open(t.Context(), providers.OpenRequest{Config: config(t, typ, fmt.Sprintf("way = %q", way))})
		require.Empty(t, diags)
		err = generator.Run(ctx, func(s providers.LoadSample) { samples = append(samples, s) })
		return samples, err
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	samples, err := run(ctx, "")
	require.NoError(t, err)
	require.Greater(t, len(samples), 2)
	assert.True(t, samples[0].Sent)
	assert.Equal(t, time.Millisecond, samples[0].Latency)
	assert.Equal(t, "the last", samples[len(samples)-1].Error, "what was in flight is told")
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	samples, err = run(ctx, "latin")
	require.NoError(t, err)
	require.Greater(t, len(samples), 2)
	assert.Equal(t, "caf\uFFFD", samples[0].Error)
	_, err = run(t.Context(), "fail")
	require.EqualError(t, err, "expected nothing, and failed as told")
	_, err = run(t.Context(), "exit")
	require.ErrorContains(t, err, "ended in the middle of Run")
}

func TestActionAndVariables(t *testing.T) {
	t.Setenv("SECRET", "hush")
	t.Setenv("NAMED", "passed")
	act := start(t).Types().Actions[0]
	result, err := act.Run(t.Context(), providers.ActionRequest{Config: config(t, act, ""), Dir: "/x", Env: map[string]string{"A": "b"}})
	require.NoError(t, err)
	assert.Equal(t, providers.ActionResult{Summary: "acted in /x", Output: "map[A:b]passed"}, result)
}

// TestActionsThatSayWhatIsNoUTF8 have worked.
func TestActionsThatSayWhatIsNoUTF8(t *testing.T) {
	act := start(t).Types().Actions[0]
	result, err := act.Run(t.Context(), providers.ActionRequest{Config: config(t, act, `way = "latin"`)})
	require.NoError(t, err)
	assert.Equal(t, providers.ActionResult{Summary: "caf\uFFFD", Output: "caf\uFFFD"}, result)
}

func TestEnvironment(t *testing.T) {
	env, dir := start(t).Types().Environments[0], t.TempDir()
	body := "room \"a\" {}\nroom \"b\" {\n  size = \"2Mi\"\n}"
	plan, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: "environment.e", Config: config(t, env, body)})
	require.Empty(t, diags)
	assert.Equal(t, "a folder with 2 rooms", plan.Summary)
	assert.False(t, plan.Outputs.GetAttr("port").IsKnown())
	assert.Equal(t, "front", plan.Labels[0].Labels["tier"])
	handle, diags := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{Run: "r", RunDir: dir, Address: "environment.e", Name: "e", Config: config(t, env, body)})
	require.Empty(t, diags)
	var steps []string
	up := providers.UpRequest{
		Handle: handle, Progress: func(step string) { steps = append(steps, step) },
		Configure: func(self cty.Value) (schema.Values, providers.Diagnostics) {
			port, _ := self.GetAttr("port").AsBigFloat().Int64()
			return config(t, env, fmt.Sprintf("port = %d", port)), nil
		},
	}
	state, diags := env.Up(t.Context(), up)
	require.Empty(t, diags)
	assert.Equal(t, []string{"making it"}, steps)
	assert.True(t, state.Up)
	assert.True(t, state.Outputs.GetAttr("port").RawEquals(cty.NumberIntVal(4711)))
	left, err := env.Leftovers(t.Context(), handle)
	require.NoError(t, err)
	assert.Len(t, left, 1)
	require.NoError(t, env.Down(t.Context(), handle))
	require.NoError(t, env.Down(t.Context(), handle), "twice")
	up.Configure = func(cty.Value) (schema.Values, providers.Diagnostics) {
		return schema.Values{}, providers.Errorf(cty.GetAttrPath("port"), "Bad port", "Expected another.")
	}
	_, diags = env.Up(t.Context(), up)
	assert.Equal(t, "Bad port", diags[0].Summary, "what is wrong with the body, as gameday said it")
}

// TestEnvironmentsEndWithGameday, as with one that is killed.
func TestEnvironmentsEndWithGameday(t *testing.T) {
	p, dir := start(t), t.TempDir()
	env := p.Types().Environments[0]
	handle, _ := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{Run: "r", RunDir: dir, Address: "environment.e"})
	_, diags := env.Up(t.Context(), providers.UpRequest{
		Handle: handle, Progress: func(string) {},
		Configure: func(cty.Value) (schema.Values, providers.Diagnostics) { return config(t, env, ""), nil },
	})
	require.Empty(t, diags)
	p.Close()
	assert.NoDirExists(t, folder(handle))
}
