package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// environments brings each environment up when the first experiment needs it
// and down after the last one.
type environments struct {
	run   *run
	mu    sync.Mutex // held while one comes up: they share the machine
	live  map[string]*liveEnvironment
	users map[string]int // experiments that have not ended yet, by environment

	names sync.Map // addresses of those that may have something to take down

	resolved *resolve.Resolved // with the outputs of all that are up
}

// liveEnvironment is one that was prepared: up, or failed on the way.
type liveEnvironment struct {
	def   *resolve.Environment
	state providers.EnvironmentState
	err   error
}

func newEnvironments(r *run) *environments {
	users := map[string]int{}
	for _, x := range r.Plan.Experiments {
		users[x.Environment]++
	}
	return &environments{run: r, live: map[string]*liveEnvironment{}, users: users}
}

// acquire returns the configuration as it is with the environment up, and its
// state. An empty address is the environment of experiments that name none.
func (e *environments) acquire(ctx context.Context, address string) (*resolve.Resolved, providers.EnvironmentState, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.refresh(ctx, e.resolved == nil); err != nil {
		return nil, providers.EnvironmentState{}, err
	}
	if address == "" {
		return e.resolved, providers.EnvironmentState{Outputs: cty.EmptyObjectVal}, nil
	}
	if e.live[address] == nil {
		e.live[address] = e.up(ctx, address)
		if err := e.refresh(ctx, e.live[address].err == nil); err != nil {
			return nil, providers.EnvironmentState{}, err
		}
	}
	live := e.live[address]
	return e.resolved, live.state, live.err
}

// refresh evaluates the configuration again with what is known now.
func (e *environments) refresh(ctx context.Context, needed bool) error {
	if !needed {
		return nil
	}
	outputs := map[string]cty.Value{}
	for address, live := range e.live {
		if live.err == nil {
			outputs[address] = live.state.Outputs
		}
	}
	run := cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(e.run.Run), "dir": cty.StringVal(e.run.RunDir)})
	resolved, diags := e.run.Resolve(ctx, outputs, run)
	if diags.HasErrors() {
		return fmt.Errorf("the configuration does not hold with the environment up: %w", diags)
	}
	e.resolved = resolved
	return nil
}

// up prepares, writes the handle ahead, and brings the environment up.
func (e *environments) up(ctx context.Context, address string) *liveEnvironment {
	live := &liveEnvironment{def: find(e.resolved.Environments, func(d *resolve.Environment) bool { return d.Addr.String() == address })}
	if live.def == nil {
		live.err = fmt.Errorf("%s is in the plan and not in the configuration", address)
		return live
	}
	started := time.Now()
	e.run.Bus.Emit(event.EnvironmentStarting{Environment: address, Type: live.def.Type.TypeName(), Summary: live.def.Plan.Summary, Source: e.sourceOf(address)})
	live.err = guard(address, func() error { return e.tryUp(ctx, live) })
	if live.err != nil {
		e.run.Bus.Emit(event.EnvironmentFailed{Environment: address, Error: live.err.Error(), Source: e.sourceOf(address)})
		return live
	}
	e.run.Bus.Emit(event.EnvironmentReady{Environment: address, Seconds: time.Since(started).Seconds()})
	return live
}

func (e *environments) tryUp(ctx context.Context, live *liveEnvironment) error {
	address := live.def.Addr.String()
	handle, diags := live.def.Type.Prepare(ctx, providers.EnvironmentPrepareRequest{
		Run: e.run.Run, RunDir: e.run.RunDir, Address: address, Name: live.def.Addr.Name,
	})
	if err := asError("preparing "+address, diags); err != nil {
		return err
	}
	if err := e.run.Journal.Append(journal.EnvironmentPrepared, journal.Environment{Address: address, Handle: &handle}); err != nil {
		return fmt.Errorf("%s was not started: %w", address, err)
	}
	e.names.Store(address, true)
	live.state.Handle = handle // from here on there may be something to take down
	state, diags := live.def.Type.Up(ctx, providers.UpRequest{
		Handle: handle, Dir: live.def.Dir,
		Configure: func(self cty.Value) (schema.Values, providers.Diagnostics) { return configure(live.def.Body, self) },
		Progress:  func(step string) { e.run.Bus.Emit(event.EnvironmentProgress{Environment: address, Step: step}) },
	})
	if err := asError("starting "+address, diags); err != nil {
		return err
	}
	live.state = state
	return e.run.Journal.Append(journal.EnvironmentUp, journal.Environment{Address: address})
}

// configure evaluates an environment's body with what it reserved as `self`.
func configure(body resolve.Body, self cty.Value) (schema.Values, providers.Diagnostics) {
	values, diags := body.Decode(map[string]cty.Value{"self": self})
	return values, toProvider(diags)
}

// release tells that an experiment has ended; after the last one that needs it
// the environment is brought down.
func (e *environments) release(ctx context.Context, x *plan.Experiment) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users[x.Environment]--
	if live := e.live[x.Environment]; live != nil && e.users[x.Environment] == 0 {
		e.down(ctx, live)
		delete(e.live, x.Environment)
	}
}

// closeAll brings down what is still there, however the run ended.
func (e *environments) closeAll(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for address := range maps.Clone(e.live) {
		e.down(ctx, e.live[address])
		delete(e.live, address)
	}
}

// down ends an environment and looks that nothing of it is left. An abort does
// not shorten it.
func (e *environments) down(ctx context.Context, live *liveEnvironment) {
	if live.def == nil || live.state.Handle.Type == "" {
		return // nothing was ever started
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), envDownPatience)
	defer cancel()
	started := time.Now()
	left, err := takeDown(ctx, live.def.Type, live.state.Handle)
	stopped := event.EnvironmentStopped{Environment: live.def.Addr.String(), Seconds: time.Since(started).Seconds(), Leftovers: left, Source: e.sourceOf(live.def.Addr.String())}
	if err == nil && len(left) == 0 {
		err = e.run.Journal.Append(journal.EnvironmentDown, journal.Environment{Address: live.def.Addr.String()})
	}
	if err != nil {
		stopped.Error = err.Error()
	}
	if err != nil || len(left) > 0 {
		e.run.soil(e.run.Mend)
	}
	e.names.Delete(live.def.Addr.String())
	e.run.Bus.Emit(stopped)
}

// sourceOf is where the plan says that an environment stands.
func (e *environments) sourceOf(address string) event.Source {
	return find(e.run.Plan.Environments, func(env plan.Environment) bool { return env.Address == address }).Source
}

// takeDown ends an environment and says what is left of it.
func takeDown(ctx context.Context, t providers.Environment, handle providers.EnvironmentHandle) (left []string, err error) {
	downErr := guard("ending "+handle.Address, func() error { return t.Down(ctx, handle) })
	lookErr := guard("looking at "+handle.Address, func() error {
		left, err = t.Leftovers(ctx, handle)
		return err
	})
	return left, errors.Join(downErr, lookErr)
}

// standing is the addresses of the environments that may have something to take down.
// It does not wait for one that is just being brought up.
func (e *environments) standing() []string {
	var names []string
	e.names.Range(func(address, _ any) bool {
		names = append(names, address.(string))
		return true
	})
	slices.Sort(names)
	return names
}

func find[T any](list []T, match func(T) bool) T {
	for _, element := range list {
		if match(element) {
			return element
		}
	}
	var none T
	return none
}

// toProvider turns diagnostics of the language into those of the contract.
func toProvider(diags hcl.Diagnostics) providers.Diagnostics {
	var out providers.Diagnostics
	for _, d := range diags {
		severity := providers.Error
		if d.Severity == hcl.DiagWarning {
			severity = providers.Warning
		}
		out = append(out, providers.Diagnostic{Severity: severity, Summary: d.Summary, Detail: d.Detail})
	}
	return out
}
