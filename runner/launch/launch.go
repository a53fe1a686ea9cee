// Package launch puts together what a run consists of: the configuration and its
// plan, the run's id and folder, its reports, journal, events and engine. The command
// line and Go tests begin here, and differ in what they show and in who may stop
// them.
package launch

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// Request is what a run is made from.
type Request struct {
	Configuration *Configuration
	Plan          *plan.Plan

	Root  string // directory below which .gameday/runs gets the run's folder, absolute
	Base  string // working directory, which paths in reports are relative to
	JUnit string // file for a JUnit report beside the one in the folder; empty for none
	Views []View // reports beside those in files

	Parallelism int
	AllowDrift  bool
	Mend        func(id string) string // the command that undoes what the run may have left

	// Journal stands between the engine and its journal, for tests; nil for nothing.
	Journal func(engine.Journal) engine.Journal
}

// Run is a run that may begin.
type Run struct {
	ID     string
	Dir    string // its folder
	Engine *engine.Engine
	Bus    *event.Bus

	reports *reports
	log     *journal.Journal
}

// New makes the run's folder, and opens its reports and its journal. Nothing has been
// done to any target by then.
func New(r Request) (*Run, error) {
	id := ulid.Make().String()
	dir := filepath.Join(rundir.Root(r.Root), id)
	out, err := openReports(r, junit.Begun{ID: id, At: time.Now()}, dir)
	if err != nil {
		return nil, err
	}
	log, err := journal.Create(dir, time.Now)
	if err != nil {
		return nil, out.refuse(err)
	}
	run := &Run{ID: id, Dir: dir, Bus: event.NewBus(id, time.Now, out.sinks...), reports: out, log: log}
	run.Engine = engine.New(engine.Request{
		Plan: r.Plan, Resolve: r.Configuration.Again, Run: id, RunDir: dir, Dir: r.Configuration.Dir, Version: r.Configuration.Version, Plugins: r.Configuration.Plugins,
		Journal: hooked(log, r.Journal), Bus: run.Bus, Parallelism: r.Parallelism, AllowDrift: r.AllowDrift, Mend: r.Mend(id),
	})
	return run, nil
}

func hooked(log *journal.Journal, hook func(engine.Journal) engine.Journal) engine.Journal {
	if hook == nil {
		return log
	}
	return hook(log)
}

// Execute does what was planned, and finishes reports and journal. An error means
// that the run could not be made, or that its reports could not be written.
func (r *Run) Execute(ctx context.Context) (engine.Result, error) {
	result, err := r.Engine.Run(ctx)
	if err != nil { // it did not begin
		return result, errors.Join(err, r.Bus.Close(), r.reports.finish(err, r.Bus), r.log.Close())
	}
	return result, errors.Join(err, r.FinishReports(), r.log.Close())
}

// FinishReports ends the events and finishes every report. It is called by itself
// where a run is abandoned, which may be while Execute does it as well. A report
// that takes nothing any more is left as it is: whoever reads it stands still.
func (r *Run) FinishReports() error { return errors.Join(r.Bus.Close(), r.reports.finish(nil, r.Bus)) }
