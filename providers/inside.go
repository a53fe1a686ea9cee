package providers

import (
	"context"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// WithInside is implemented by environments in which probes and loads can run
// themselves: beside the targets, where names resolve and paths lead as they do
// there. A configuration asks for it with `from = "cluster"`.
type WithInside interface {
	// RunsInside says whether a type of probe or load can run inside. It does no
	// I/O, and is asked when a configuration is validated.
	RunsInside(kind Kind, name string) bool

	// OpenProbe makes a prober whose samples are taken inside, on a schedule that is
	// kept there: what lies between it and the engine is no part of what it measures.
	OpenProbe(ctx context.Context, req InsideRequest) (Streamer, Diagnostics)

	// OpenLoad makes a generator that offers its load inside. It implements
	// Completer, and io.Closer for when it is never run.
	OpenLoad(ctx context.Context, req InsideRequest) (Generator, Diagnostics)
}

// WithInsideAccess is implemented by environments in which it takes rights to run
// something inside.
type WithInsideAccess interface {
	WithInside

	// InsideRules lists these rights. It does no I/O.
	InsideRules() []AccessRule

	// CheckInside asks the place which of them this user holds. Of one that is not
	// there yet nothing is known.
	CheckInside(ctx context.Context, env EnvironmentState) ([]Permission, error)
}

// InsideRequest asks for a prober or a generator inside an environment.
type InsideRequest struct {
	OpenRequest

	Type   string   // "http"
	Run    string   // run id: marks everything that it takes
	Fields cty.Type // the probe's SampleType; cty.NilType for a load

	// Targets are those of the experiment's faults, of every kind: where they act is no good place to measure from.
	Targets []Target
}

// A Streamer takes samples on a schedule that it keeps itself, where it
// measures, and delivers them when it can.
type Streamer interface {
	// Stream takes samples until ctx ends, and then returns nil soon. An error says
	// why it could not go on. It is called once.
	Stream(ctx context.Context, req StreamRequest) error

	// Close releases what the streamer holds. It may be called without Stream.
	Close() error
}

// StreamRequest is a schedule, and who is told what became of it.
type StreamRequest struct {
	Delay    time.Duration // from now until the first sample is due
	Interval time.Duration // between the moments at which samples are due; positive

	// Report is told of each sample that was due, in any order, from one goroutine.
	Report func(TimedSample)

	// Complete says that everything due before a moment has been reported: those
	// moments never go back. Whoever judges a window waits for it.
	Complete func(before time.Time)
}

// TimedSample is a sample that was due elsewhere.
type TimedSample struct {
	Sample // with Took

	Due    time.Time     // in this machine's time
	Late   time.Duration // from Due until it was sent
	Unsent bool          // it could not be sent: too many before it still wait for their answer
}

// A Completer is a generator that reports late. It is told once, before Run, whom
// to tell that everything due before a moment has been reported.
type Completer interface {
	OnComplete(complete func(before time.Time))
}
