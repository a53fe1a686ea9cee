package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/gameday-dev/gameday/runner/launch"
)

// run executes an approved plan and ends with its exit code.
func (s *session) run(ctx context.Context, flags applyFlags, p *prepared) error {
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	run, err := launch.New(launch.Request{
		Configuration: p.Configuration, Plan: p.plan,
		Root: here, Base: here, JUnit: flags.junit, Views: s.views(flags, here),
		Parallelism: flags.parallelism, AllowDrift: flags.allowDrift, Mend: s.recoverCommand, Journal: s.hooks.Journal,
	})
	if err != nil {
		return err
	}
	s.lines = false // from here on standard output is the run's alone
	ctx, stop := s.interruptible(ctx, run)
	result, err := run.Execute(ctx)
	stop() // only now: a signal must not cost the reports
	if err != nil {
		s.fail(err)
		return exit(max(result.ExitCode, 1))
	}
	return exit(result.ExitCode)
}

// recoverCommand is the exact command that undoes what a run may have left, from
// where gameday was called.
func (s *session) recoverCommand(run string) string { return launch.Command(s.chdir, "recover", run) }
