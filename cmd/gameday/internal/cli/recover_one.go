package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gameday-dev/gameday/internal/outfile"
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// undone is what became of one run.
type undone struct {
	engine.Recovery
	looked  bool  // whether it came to undoing
	doubt   error // why more may be left than was looked at: a damaged journal, a provider that cannot be had
	reports error // what could not be written of it
}

// recoverOne undoes one run and returns the exit code for it. The lock on its
// journal comes first and is let go last: the reports of a living run are its
// own, and two who recover would write into each other's.
func (s *session) recoverOne(ctx context.Context, dir, here, junitFile string, named bool) int {
	id := filepath.Base(dir)
	held, err := journal.Hold(dir)
	switch {
	case errors.Is(err, journal.ErrHeld):
		return s.leftAlone(id, named)
	case err != nil:
		return s.tellUndone(id, undone{doubt: err})
	}
	defer func() { _ = held.Release() }() // the end of the process releases it, too
	return s.tellUndone(id, s.undo(ctx, held, here, junitFile))
}

// leftAlone says that a run is alive, or that somebody else undoes it. Who named it asked for something that was
// not done.
func (s *session) leftAlone(id string, named bool) int {
	s.tell("%s is still running, or being recovered: left alone.\n", id)
	if named {
		return verdict.ExitErrored
	}
	return verdict.ExitPassed
}

// tellUndone says what was undone and what is left, whatever else went wrong, and
// returns the exit code: reports that could not be written leave nothing in place.
func (s *session) tellUndone(id string, u undone) int {
	switch {
	case u.Ended:
		s.tell("%s: nothing was left to undo; its events lacked their end, which was added.\n", id)
	case u.looked:
		s.tell("%s: reverted %s and ended %s, verified.\n", id, report.Plural(u.Faults, "fault"), report.Plural(u.Environments, "environment"))
	}
	for _, left := range u.Left {
		s.fail(fmt.Errorf("%s: still there: %s", id, left))
	}
	for _, err := range []error{u.doubt, u.reports} {
		if err != nil {
			s.fail(fmt.Errorf("%s: %w", id, err))
		}
	}
	switch {
	case len(u.Left) > 0 || u.doubt != nil:
		return verdict.ExitDirty
	case u.reports != nil:
		return verdict.ExitErrored
	default:
		return verdict.ExitPassed
	}
}

// undo recovers a run, and lets its reports tell of it.
func (s *session) undo(ctx context.Context, held *journal.Held, here, junitFile string) undone {
	set, missing := s.providersOf(ctx, held.Dir())
	if set == nil {
		return undone{doubt: missing}
	}
	u := s.undoWith(ctx, set, held, here, junitFile)
	u.doubt = errors.Join(missing, u.doubt)
	return u
}

// providersOf are those that a run has used. Where one cannot be had any more, the others still undo what is
// theirs.
func (s *session) providersOf(ctx context.Context, dir string) (*providers.Set, error) {
	replay, err := journal.Read(dir)
	if replay == nil {
		return nil, err
	}
	plugins := replay.Started.Plugins
	if isOver(replay) {
		plugins = nil // nobody is asked to undo anything
	}
	opened, err := s.reopen(ctx, plugins)
	if opened == nil {
		return nil, err
	}
	return opened.Set, err
}

func (s *session) undoWith(ctx context.Context, set *providers.Set, held *journal.Held, here, junitFile string) undone {
	id := filepath.Base(held.Dir())
	req := engine.RecoverRequest{Held: held, Set: set, Mend: s.recoverCommand(id)}
	folder, last, err := rundir.Continue(held.Dir(), here)
	req.Unended = err == nil && !folder.Ended()
	if err != nil {
		// Without reports, then: undoing comes first.
		req.Bus = event.NewBus(id, time.Now)
		u := undoBy(ctx, req)
		u.reports = errors.Join(err, req.Bus.Close())
		return u
	}
	req.Bus = event.ContinueBus(id, last, time.Now, folder)
	u := undoBy(ctx, req)
	if u.reports = req.Bus.Close(); !req.Bus.Holds(0) {
		u.reports = errors.Join(u.reports, folder.Close())
	}
	if junitFile != "" {
		u.reports = errors.Join(u.reports, copyReport(filepath.Join(held.Dir(), rundir.JUnitFile), junitFile))
	}
	return u
}

func undoBy(ctx context.Context, req engine.RecoverRequest) undone {
	done, err := engine.Recover(ctx, req)
	var corrupt *journal.CorruptError
	return undone{Recovery: done, looked: err == nil || errors.As(err, &corrupt), doubt: err}
}

func copyReport(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("reading the run's JUnit report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return fmt.Errorf("creating the folder of the JUnit report: %w", err)
	}
	place, err := outfile.At(to)
	if err == nil {
		err = place.Write(text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	return nil
}
