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
	stuck *stuckError // its start, if that has not returned
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
	live := e.live[address]
	if live != nil && live.err != nil {
		return nil, providers.EnvironmentState{}, fmt.Errorf("%s had failed before and is not tried again: %w", address, live.err)
	}
	if live == nil {
		live = e.up(ctx, address)
		e.live[address] = live
		if live.err == nil {
			live.err = e.refresh(ctx, true) // who comes next must not run on what was evaluated before
		}
	}
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
	ctx, cancel := context.WithTimeout(ctx, callPatience) // providers take part, to plan
	defer cancel()
	resolved, err := call(ctx, callLinger, "evaluating the configuration", func(ctx context.Context) (*resolve.Resolved, error) {
		resolved, diags := e.run.Resolve(ctx, outputs, run)
		if diags.HasErrors() {
			return nil, fmt.Errorf("the configuration does not hold with the environment up: %w", diags)
		}
		return resolved, nil
	})
	if err == nil {
		e.resolved = resolved
	}
	return err
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
	handle, err := ask(ctx, "preparing "+address, func(ctx context.Context) (providers.EnvironmentHandle, providers.Diagnostics) {
		values, diags := configure(live.def.Body, cty.DynamicVal) // self is what comes of it
		if diags.HasErrors() {
			return providers.EnvironmentHandle{}, diags
		}
		return live.def.Type.Prepare(ctx, providers.EnvironmentPrepareRequest{
			Run: e.run.Run, RunDir: e.run.RunDir, Address: address, Name: live.def.Addr.Name, Config: values, Dir: live.def.Dir,
		})
	})
	if err != nil {
		return err
	}
	if err := e.run.Journal.Append(journal.EnvironmentPrepared, journal.Environment{Address: address, Handle: &handle}); err != nil {
		return fmt.Errorf("%s was not started: %w", address, err)
	}
	e.names.Store(address, true)
	live.state.Handle = handle // from here on there may be something to take down
	state, err := e.start(ctx, live)
	if err != nil {
		return err
	}
	live.state = state
	return e.run.Journal.Append(journal.EnvironmentUp, journal.Environment{Address: address})
}

// start brings the environment up. One that hangs is left behind, and taken down
// like any other.
func (e *environments) start(ctx context.Context, live *liveEnvironment) (providers.EnvironmentState, error) {
	ctx, cancel := context.WithTimeout(ctx, envUpPatience)
	defer cancel()
	address := live.def.Addr.String()
	state, err := call(ctx, callLinger, "starting "+address, func(ctx context.Context) (providers.EnvironmentState, error) {
		state, diags := live.def.Type.Up(ctx, providers.UpRequest{
			Handle: live.state.Handle, Dir: live.def.Dir,
			Configure: func(self cty.Value) (schema.Values, providers.Diagnostics) { return configure(live.def.Body, self) },
			Progress:  func(step string) { e.run.Bus.Emit(event.EnvironmentProgress{Environment: address, Step: step}) },
		})
		return state, asError("starting "+address, diags)
	})
	errors.As(err, &live.stuck)
	return state, err
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
	e.keepLogs(ctx, live)
	started := time.Now()
	left, err := takeDown(context.WithoutCancel(ctx), live.def.Type, live.state.Handle)
	if err == nil && live.stuck != nil && live.stuck.still() {
		err = errors.New("nothing of it is left now, but its start has not returned and may go on")
	}
	stopped := event.EnvironmentStopped{Environment: live.def.Addr.String(), Seconds: time.Since(started).Seconds(), Leftovers: left, Source: e.sourceOf(live.def.Addr.String())}
	switch {
	case err == nil && len(left) == 0:
		// A journal that fails now does not undo the end: recover would only end it again.
		e.run.note("", e.run.Journal.Append(journal.EnvironmentDown, journal.Environment{Address: live.def.Addr.String()}))
	case err != nil:
		stopped.Error = err.Error()
		fallthrough
	default:
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
	ending, cancel := context.WithTimeout(ctx, envDownPatience)
	defer cancel()
	downErr := perform(ending, callLinger, "ending "+handle.Address, func(ctx context.Context) error { return t.Down(ctx, handle) })
	looking, cancel := context.WithTimeout(ctx, envLookPatience)
	defer cancel()
	left, lookErr := call(looking, callLinger, "looking at "+handle.Address, func(ctx context.Context) ([]string, error) { return t.Leftovers(ctx, handle) })
	return left, errors.Join(downErr, lookErr)
}

// standing is the addresses of the environments that may have something to take down.
// It does not wait for one that is just being brought up.
func (e *environments) standing() []string {
	var names []string
	e.names.Range(func(key, _ any) bool {
		if address, ok := key.(string); ok {
			names = append(names, address)
		}
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
