// Package engine runs a plan: environments come up, experiments go through
// their phases, every fault is undone and read back, and what happens is told
// as events. It knows the fault contract and no provider.
//
// Two things are never traded for anything else. The undo of a fault is in the
// journal before the fault is injected, and every way out of an experiment —
// an error, a panic, an abort — leads through the revert of all its faults.
package engine

import (
	"context"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// Request asks for a run.
type Request struct {
	Plan *plan.Plan

	// Resolve evaluates the configuration again, with the outputs of the
	// environments that are up, by address, and the value of `run`.
	Resolve func(ctx context.Context, environments map[string]cty.Value, run cty.Value) (*resolve.Resolved, hcl.Diagnostics)

	Run         string          // run id
	RunDir      string          // absolute; exists
	Dir         string          // of the configuration
	Version     string          // of gameday
	Plugins     []install.Found // programs of providers that the run uses
	Journal     Journal
	Bus         *event.Bus
	AllowDrift  bool   // act on targets other than those that the plan showed
	Parallelism int    // experiments at a time, where their targets do not overlap; at least 1
	Mend        string // the command that undoes what this run may leave
}

// Journal is where the engine writes ahead.
type Journal interface {
	Append(kind journal.Type, data any) error
}

// Result is the outcome of a run.
type Result struct {
	Verdict  verdict.Verdict
	ExitCode int
	Dirty    bool
	Mend     []string
}

// AbortError is the cause with which a context is cancelled to end a run early:
// everything injected is reverted and the run is reported as aborted.
type AbortError struct {
	Signal syscall.Signal // 0 when it was not a signal
	Reason string
}

// Error says what stopped the run.
func (a *AbortError) Error() string {
	if a.Signal != 0 {
		return "stopped by " + unix.SignalName(a.Signal)
	}
	return a.Reason
}

// Limits on what a run waits for. Those of the way back hold also after an
// abort, as undoing outranks stopping. After each a provider has a moment to
// return (…Linger); one that does not is left behind.
const (
	callPatience    = 30 * time.Second // of a call that reads or prepares
	callLinger      = 5 * time.Second
	envUpPatience   = 15 * time.Minute // of one environment's start: images may have to be pulled
	envLookPatience = 15 * time.Second // of the look whether something of it is left
	standbyPatience = 60 * time.Second // of what a fault wants beside it before anything is measured
	revertPatience  = 60 * time.Second // of one fault's revert, all attempts together; more where its deadline is further away
	revertAhead     = 2 * time.Second  // of one revert before the next begins beside it: behind two that hang, the third still comes before its own deadline
	revertAttempt   = 20 * time.Second // of one attempt, so that there is time to look what became of it
	verifyPatience  = 10 * time.Second // of that look: an API may be far away, and targets many
	lookPatience    = 5 * time.Second  // of a look for evidence
	lookAtEnd       = time.Second      // of one that is still going on when the fault's time is over
	lookLinger      = time.Second
	settleMargin    = 2 * time.Second  // after a time-out, within which the sampler gives an answer up
	insidePatience  = 30 * time.Second // for what was measured inside an environment to arrive, beyond its time-out
	insideClose     = 15 * time.Second // of letting go of what runs inside
	lastLooks       = 5 * time.Second  // of the looks before the revert, while nobody waits for it

	deadlineMargin = 5 * time.Second // a fault's own timer fires this long after the engine should have reverted it
	crowd          = 20              // targets; each further crowd adds to that, as injecting it takes its time too
	crowdMargin    = 500 * time.Millisecond
	revertTogether = 250 * time.Millisecond
	observeEvery   = 50 * time.Millisecond // at first, while a fault is unproven
	observeAtMost  = time.Second
	progressEvery  = time.Second
	heldUp         = 2 * time.Second       // of lateness of the engine itself, which then is told
	minDelivered   = 0.95                  // share of what was due that must have been sent or seen, and of a phase that must be in windows with enough samples
	roundedTo      = 10 * time.Millisecond // what is told of times in a phase
)

// Engine executes one run.
type Engine struct{ run *run }

// New makes an engine for the request. Nothing is started.
func New(req Request) *Engine { return &Engine{newRun(req)} }

// Run executes the plan and returns when everything that it started has ended.
// It returns an error only if the run could not begin; from then on what goes
// wrong is part of the result. Cancel ctx with an *AbortError as its cause to end it
// early. It must be called once.
func (e *Engine) Run(ctx context.Context) (Result, error) {
	if err := e.run.begin(); err != nil {
		return Result{}, err
	}
	e.run.experiments(ctx)
	e.run.environments.closeAll(ctx)
	return e.run.finish(ctx), nil
}

// Left lists what the run still has to undo: faults that are injected and
// environments that are up. It may be called while Run works.
func (e *Engine) Left() []string { return e.run.left() }
