package providers

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// A Probe is a type of measurement, taken again and again.
type Probe interface {
	Type

	// SampleType is the object type of Sample.Fields: what `last` offers
	// beyond ok, error, latency and value. cty.EmptyObject for none.
	SampleType() cty.Type

	// Open makes a prober. The engine takes samples from several goroutines
	// at once: a slow answer does not hold back the next sample.
	Open(ctx context.Context, req OpenRequest) (Prober, Diagnostics)
}

// OpenRequest asks for a prober or a generator.
type OpenRequest struct {
	Address     string
	Config      schema.Values // wholly known
	Environment EnvironmentState
	Dir         string        // directory of the configuration; relative paths start here
	Timeout     time.Duration // of one sample; the context passed to Sample ends then
}

// A Prober takes samples.
type Prober interface {
	// Sample measures once. A failing measurement is a Sample with OK false,
	// never a Go error. It returns soon after ctx ends. The engine measures
	// the latency, from the moment at which the sample was due.
	Sample(ctx context.Context) Sample

	// Close releases what the prober holds.
	Close() error
}

// A Sample is one measurement.
type Sample struct {
	OK     bool
	Error  string    // why not OK, for people; empty when OK
	Value  *float64  // for value.{min,mean,max,last}; nil where there is none
	Fields cty.Value // of the probe's SampleType; cty.NilVal for none

	// Took is how long the measurement took where it was taken; 0 when that is
	// where the engine runs, which then takes its own time. A way to the place of
	// the measurement is not part of what is measured.
	Took time.Duration

	// Lost is true when nothing was measured, and Error says why. It is not a failed
	// target: conditions do not see it, and too many of them make a verdict
	// inconclusive.
	Lost bool
}

// Checked is the sample as conditions may see it: one whose value is no finite number has failed. Left out it would hide
// what is worst: a rate of something by nothing is +Inf.
func (s Sample) Checked() Sample {
	if s.Value == nil || !math.IsNaN(*s.Value) && !math.IsInf(*s.Value, 0) {
		return s
	}
	if s.OK {
		s.OK, s.Error = false, fmt.Sprintf("the value is %g: expected a finite number", *s.Value)
	}
	s.Value = nil
	return s
}

// A Load is a type of offered load.
type Load interface {
	Type
	Open(ctx context.Context, req OpenRequest) (Generator, Diagnostics)
}

// A Generator offers load.
type Generator interface {
	// Run offers load until ctx ends, then waits for what is in flight, at
	// most the request's time-out, and returns nil. It calls report once for
	// each request that was due, from several goroutines.
	Run(ctx context.Context, report func(LoadSample)) error
}

// A LoadSample is one offered request.
type LoadSample struct {
	Due     time.Time     // when the schedule wanted it sent
	Latency time.Duration // from Due to the end of the answer
	OK      bool
	Sent    bool // false: the generator could not keep its schedule and never sent it
	Error   string
}

// An Action is a type of step that is run once: in a rollback, in a runbook.
type Action interface {
	Type
	Run(ctx context.Context, req ActionRequest) (ActionResult, error)
}

// ActionRequest asks for an action.
type ActionRequest struct {
	Address     string
	Config      schema.Values // wholly known
	Environment EnvironmentState
	Dir         string
	Env         map[string]string // GAMEDAY_RUN and its like, for child processes
}

// ActionResult is what an action that worked has to say.
type ActionResult struct {
	Summary string // one line
	Output  string // what it printed, cut to a reasonable length
}
