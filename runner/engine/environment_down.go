package engine

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
)

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

// takeDown ends an environment and says what is left of it.
func takeDown(ctx context.Context, t providers.Environment, handle providers.EnvironmentHandle) (left []string, err error) {
	ending, cancel := context.WithTimeout(ctx, providers.MostDown)
	defer cancel()
	downErr := perform(ending, callLinger, "ending "+handle.Address, func(ctx context.Context) error { return t.Down(ctx, handle) })
	looking, cancel := context.WithTimeout(ctx, envLookPatience)
	defer cancel()
	left, lookErr := call(looking, callLinger, "looking at "+handle.Address, func(ctx context.Context) ([]string, error) { return t.Leftovers(ctx, handle) })
	return left, errors.Join(downErr, lookErr)
}
