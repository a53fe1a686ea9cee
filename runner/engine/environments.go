package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
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

// sourceOf is where the plan says that an environment stands.
func (e *environments) sourceOf(address string) event.Source {
	return find(e.run.Plan.Environments, func(env plan.Environment) bool { return env.Address == address }).Source
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
