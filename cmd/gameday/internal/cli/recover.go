package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

const recoverLong = `Undo what killed runs left behind: every fault that their journals say was
prepared and never verified as reverted, then every environment that was not
ended. Runs that are still alive are left alone. RUN is the id of a run, the
beginning of its id, or "latest". Without it, all runs below .gameday/runs are
looked at.

It may be called again and again; where nothing is left it does nothing.`

func newRecover(s *session) *cobra.Command {
	var junitFile string
	cmd := &cobra.Command{
		Use:   "recover [flags] [RUN]",
		Short: "Undo what a killed run left behind",
		Long:  recoverLong,
		Args:  atMostOne("the id of a run"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return s.recover(cmd.Context(), first(args, ""), junitFile)
	}
	cmd.Flags().StringVar(&junitFile, "junit-xml", "", "write the run's JUnit report, as it is then, to `FILE`; needs RUN")
	return cmd
}

func (s *session) recover(ctx context.Context, ref, junitFile string) error {
	if junitFile != "" && ref == "" {
		return problem{"Invalid option", "-junit-xml is about one run: name it."}
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	dirs, err := candidates(here, ref)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return s.printf("There are no runs in %s: nothing to undo.\n", rundir.Root("."))
	}
	code, open := 0, 0
	for _, dir := range dirs {
		if !isOpen(dir) {
			continue
		}
		open++
		code = max(code, s.recoverOne(ctx, dir, here, junitFile, ref != ""))
	}
	if open == 0 && junitFile != "" {
		return copyReport(filepath.Join(dirs[0], rundir.JUnitFile), junitFile)
	}
	if open == 0 {
		return s.printf("Nothing is left to undo: looked at %s in %s.\n", report.Plural(len(dirs), "run"), rundir.Root("."))
	}
	return exit(code)
}

// isOpen reports whether a run may have left something, as far as its journal
// tells. One that cannot be read is open.
func isOpen(dir string) bool {
	replay, err := journal.Read(dir)
	return !errors.Is(err, os.ErrNotExist) && (err != nil || replay.Finished == nil || !replay.Clean())
}

// candidates lists the folders of the runs to look at, newest first. Damaged
// reports do not keep a run out: its journal is what counts.
func candidates(here, ref string) ([]string, error) {
	if ref == "" {
		return rundir.Dirs(rundir.Root(here))
	}
	dir, err := rundir.Find(rundir.Root("."), ref)
	return []string{filepath.Join(here, dir)}, err
}

// recoverOne undoes one run and returns the exit code for it.
func (s *session) recoverOne(ctx context.Context, dir, here, junitFile string, named bool) int {
	id := filepath.Base(dir)
	done, err := s.undo(ctx, dir, here, junitFile)
	switch {
	case errors.Is(err, journal.ErrHeld):
		return s.leftAlone(id, named)
	case err != nil:
		s.fail(fmt.Errorf("%s: %w", id, err))
		return verdict.ExitDirty
	}
	if s.printf("%s: reverted %s and ended %s, verified.\n", id, report.Plural(done.Faults, "fault"), report.Plural(done.Environments, "environment")) != nil {
		return verdict.ExitErrored
	}
	if len(done.Left) == 0 {
		return verdict.ExitPassed
	}
	for _, left := range done.Left {
		s.fail(fmt.Errorf("%s: still there: %s", id, left))
	}
	return verdict.ExitDirty
}

// leftAlone says that a run is alive. Who named it asked for something that was
// not done.
func (s *session) leftAlone(id string, named bool) int {
	err := s.printf("%s is still running: left alone.\n", id)
	if named || err != nil {
		return verdict.ExitErrored
	}
	return verdict.ExitPassed
}

// undo recovers a run, and lets its reports tell of it. The lock on the journal
// comes first: reports of a living run are its own.
func (s *session) undo(ctx context.Context, dir, here, junitFile string) (engine.Recovery, error) {
	if err := journal.Free(dir); err != nil {
		return engine.Recovery{}, err
	}
	set, broken := s.providersOf(ctx, dir)
	if set == nil {
		return engine.Recovery{}, broken
	}
	done, err := s.undoWith(ctx, set, dir, here, junitFile)
	return done, errors.Join(broken, err)
}

// providersOf are those that a run has used. Where one cannot be had any more, the others still undo what is
// theirs.
func (s *session) providersOf(ctx context.Context, dir string) (*providers.Set, error) {
	replay, err := journal.Read(dir)
	if replay == nil {
		return nil, err
	}
	opened, err := s.reopen(ctx, replay.Started.Plugins)
	if opened == nil {
		return nil, err
	}
	return opened.Set, err
}

func (s *session) undoWith(ctx context.Context, set *providers.Set, dir, here, junitFile string) (engine.Recovery, error) {
	folder, last, err := rundir.Continue(dir, here)
	if err != nil {
		// Without reports, then: undoing comes first.
		s.fail(err)
		return s.undoQuietly(ctx, set, dir)
	}
	bus := event.ContinueBus(filepath.Base(dir), last, time.Now, folder)
	done, err := engine.Recover(ctx, engine.RecoverRequest{RunDir: dir, Set: set, Bus: bus})
	err = errors.Join(err, bus.Close(), folder.Close())
	if junitFile == "" {
		return done, err
	}
	return done, errors.Join(err, copyReport(filepath.Join(dir, rundir.JUnitFile), junitFile))
}

func (s *session) undoQuietly(ctx context.Context, set *providers.Set, dir string) (engine.Recovery, error) {
	bus := event.NewBus(filepath.Base(dir), time.Now)
	done, err := engine.Recover(ctx, engine.RecoverRequest{RunDir: dir, Set: set, Bus: bus})
	return done, errors.Join(err, bus.Close())
}

func copyReport(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("reading the run's JUnit report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return fmt.Errorf("creating the folder of the JUnit report: %w", err)
	}
	return renameio.WriteFile(to, text, 0o644)
}
