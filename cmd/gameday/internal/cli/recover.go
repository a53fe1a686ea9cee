package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
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
		outliveReaders()
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
	return cmp.Or(exit(code), s.untold)
}

// isOpen reports whether there is something to do about a run: it may have left
// something, as far as its journal tells, or its events have no end though it came
// to one, as after a full disk. A journal that cannot be read is open.
func isOpen(dir string) bool {
	replay, err := journal.Read(dir)
	return !errors.Is(err, os.ErrNotExist) && (err != nil || !isOver(replay) || rundir.Unended(dir))
}

// isOver reports whether nothing of a run is left to undo.
func isOver(replay *journal.Replay) bool { return replay.Finished != nil && replay.Clean() }

// candidates lists the folders of the runs to look at, newest first. Damaged
// reports do not keep a run out: its journal is what counts.
func candidates(here, ref string) ([]string, error) {
	if ref == "" {
		return rundir.Dirs(rundir.Root(here))
	}
	dir, err := rundir.Find(rundir.Root("."), ref)
	return []string{filepath.Join(here, dir)}, err
}
