package cli

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

func newRuns(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List past runs",
		Long:  "List the runs below .gameday/runs, newest first. One that goes on is shown as running,\none that was killed as interrupted; \"gameday recover\" undoes what it left.",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return s.listRuns(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.AddCommand(newRunsShow(s))
	return cmd
}

func newRunsShow(s *session) *cobra.Command {
	var asJSON, verbose bool
	cmd := &cobra.Command{
		Use:   "show [flags] [RUN]",
		Short: "Show a past run as it was told",
		Long:  "Show a run again, as it was told. RUN is its id, the beginning of its id, or \"latest\",\nwhich is also the default.",
		Args:  atMostOne("the id of a run"),
		RunE: func(_ *cobra.Command, args []string) error {
			return s.showRun(first(args, rundir.Latest), asJSON, verbose)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the run's events as JSON lines")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show also what went well, in detail")
	return cmd
}

// runsRoot is where the runs of the working directory are.
func runsRoot() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return rundir.Root(here), nil
}

func (s *session) listRuns(asJSON bool) error {
	root, err := runsRoot()
	if err != nil {
		return err
	}
	list, err := rundir.List(root)
	if err != nil {
		return err
	}
	tellLiving(list)
	if asJSON {
		return s.writeJSON(list)
	}
	if len(list) == 0 {
		return s.printf("There are no runs in %s.\n", rundir.Root("."))
	}
	return s.runsTable(list)
}

// alive reports whether the process of a run lives, or that of its recover: who
// lives holds the journal.
func alive(dir string) bool { return errors.Is(journal.Free(dir), journal.ErrHeld) }

// tellLiving tells runs that go on from those that were killed.
func tellLiving(list []rundir.RunSummary) {
	for i, run := range list {
		if run.Verdict == report.Interrupted && alive(run.Dir) {
			list[i].Verdict, list[i].Dirty = report.Running, false // it undoes what it does
		}
	}
}

func (s *session) runsTable(list []rundir.RunSummary) error {
	out := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "RUN\tSTARTED\tVERDICT\tTIME\tEXPERIMENTS")
	for _, run := range list {
		verdict := string(run.Verdict)
		if run.Dirty {
			verdict += ", dirty"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", run.ID, started(run), verdict,
			report.Seconds(run.Seconds), report.Counted(run.Experiments, run.Counts))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}

// started is when a run began, unless it was killed before it could say so.
func started(run rundir.RunSummary) string {
	if run.Started.IsZero() {
		return "–"
	}
	return run.Started.Local().Format("2006-01-02 15:04:05")
}

// showRun tells a run again, from its events, by the fold that told it first.
func (s *session) showRun(ref string, asJSON, verbose bool) error {
	run, err := rundir.Load(rundir.Root("."), ref)
	if err != nil {
		return err
	}
	if asJSON {
		return replay(run.Events, jsonl.New(s.Out))
	}
	s.fromHere(run.Events)
	style := s.style(s.Out)
	return replay(run.Events, console.New(console.Options{
		Out: s.Out, Color: style.Color, Width: style.Width, Verbose: verbose, Base: s.reader(), Alive: alive(run.Dir),
	}))
}

// fromHere makes the command for what a killed run left one that works where this
// gameday was called: the run may have been started from another directory.
func (s *session) fromHere(events []event.Event) {
	for i, e := range events {
		if started, ok := e.Body.(event.RunStarted); ok {
			started.Recover = s.recoverCommand(e.Run)
			events[i].Body = started
		}
	}
}

func replay(events []event.Event, sink interface {
	event.Sink
	Close() error
},
) error {
	for _, e := range events {
		sink.Emit(e)
	}
	return sink.Close()
}
