package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// bench is a harness at work. Its methods make one call of the contract each and
// fail the test when the call breaks its promise.
type bench struct {
	Harness
	config schema.Values
}

// T is what the checks need of a test; rapid's T has it too.
type T interface {
	require.TestingT
	Context() context.Context
	Helper()
}

const (
	address  = "experiment.conformance.fault.tried"
	lifetime = time.Minute          // until the deadline, where the test is not about it
	tick     = 5 * time.Millisecond // between two looks
)

// within gives a call its time.
func (b bench) within(t T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), b.Timeout)
}

func (b bench) plan(t T, env providers.EnvironmentState) providers.FaultPlan {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	plan, diags := b.Fault.Plan(ctx, providers.FaultPlanRequest{
		Address: address, Config: b.config, Environment: env, Seed: 1, Duration: lifetime,
	})
	noErrors(t, diags)
	return plan
}

// prepare makes a record that nobody has used.
func (b bench) prepare(t T, lives time.Duration) providers.Record {
	t.Helper()
	plan := b.plan(t, b.Environment)
	ctx, cancel := b.within(t)
	defer cancel()
	record, diags := b.Fault.Prepare(ctx, b.request(plan, lives))
	noErrors(t, diags)
	return record
}

func (b bench) request(plan providers.FaultPlan, lives time.Duration) providers.PrepareRequest {
	return providers.PrepareRequest{
		ID: ulid.Make().String(), Address: address, Run: b.Run, Config: b.config,
		Environment: b.Environment, Plan: plan, Seed: 1, Deadline: time.Now().Add(lives),
	}
}

func (b bench) tryInject(ctx context.Context, record providers.Record) error {
	return b.Fault.Inject(ctx, providers.InjectRequest{Record: record, Config: b.config, Environment: b.Environment})
}

func (b bench) inject(t T, record providers.Record) {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	require.NoError(t, b.tryInject(ctx, record))
}

func (b bench) observe(t T, record providers.Record) providers.Observation {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	seen, err := b.Fault.Observe(ctx, record)
	require.NoError(t, err)
	require.False(t, seen.Settling && (seen.State != providers.Partial || seen.Detail == ""), "settling is what is partial, with what is still to come: %+v", seen)
	return seen
}

func (b bench) absent(t T, record providers.Record) {
	t.Helper()
	seen := b.observe(t, record)
	require.Equal(t, providers.Absent, seen.State, "%+v", seen)
	require.Empty(t, seen.Evidence, "evidence of a fault that is not there")
}

func (b bench) revert(t T, record providers.Record) {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	require.NoError(t, b.Fault.Revert(ctx, record))
}

// proven waits until the fault has shown an effect.
func (b bench) proven(t T, record providers.Record) {
	t.Helper()
	var seen providers.Observation
	b.eventually(t, func(ctx context.Context) error {
		if b.Stimulate != nil {
			b.Stimulate(ctx)
		}
		seen = b.observe(t, record)
		if !seen.Proven() {
			return fmt.Errorf("not proven: %+v", seen)
		}
		return nil
	})
	for _, fact := range seen.Evidence {
		require.NotEmpty(t, fact.Name, "a fact has a name")
		require.NotEmpty(t, fact.Text, "a fact has a text for people")
	}
}

// gone checks that nothing of the fault is left and the targets work.
func (b bench) gone(t T, record providers.Record) {
	t.Helper()
	if b.Settles {
		b.settled(t, record)
	}
	b.absent(t, record)
	b.healthy(t)
}

// settled waits for whoever completes a revert. It reverts again meanwhile, as the
// engine does.
func (b bench) settled(t T, record providers.Record) {
	t.Helper()
	b.eventually(t, func(ctx context.Context) error {
		seen, err := b.Fault.Observe(ctx, record)
		if err != nil || seen.State == providers.Absent {
			return err
		}
		return errors.Join(fmt.Errorf("not settled: %+v", seen), b.Fault.Revert(ctx, record))
	})
}

func (b bench) healthy(t T) {
	t.Helper()
	if b.Healthy != nil {
		b.eventually(t, b.Healthy)
	}
}

// eventually waits until a check passes.
func (b bench) eventually(t T, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := b.within(t)
	defer cancel()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.NoError(t, err, "after %s", b.Timeout)
		}
	}
}

func encode(t T, record providers.Record) []byte {
	t.Helper()
	text, err := json.Marshal(record)
	require.NoError(t, err)
	return text
}
