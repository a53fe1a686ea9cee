package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// run executes an approved plan and ends with its exit code.
func (s *session) run(ctx context.Context, flags applyFlags, p *prepared) error {
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	id := ulid.Make().String()
	dir := filepath.Join(rundir.Root(here), id)
	out, err := s.openReports(flags, dir, here, p.resolved.Secrets())
	if err != nil {
		return err
	}
	log, err := journal.Create(dir, time.Now)
	if err != nil {
		return errors.Join(err, out.close())
	}
	bus := event.NewBus(id, time.Now, out.sinks...)
	e := engine.New(engine.Request{
		Plan: p.plan, Resolve: p.again, Run: id, RunDir: dir, Dir: p.dir, Version: currentVersion(),
		Journal: s.hooked(log), Bus: bus, Parallelism: flags.parallelism, AllowDrift: flags.allowDrift, Mend: recoverCommand(id),
	})
	ctx, stop := s.interruptible(ctx, e, bus, out, id)
	result, runErr := e.Run(ctx)
	err = errors.Join(runErr, bus.Close(), out.close(), log.Close())
	stop() // only now: a signal must not cost the reports
	if err != nil {
		s.fail(err)
		return exit(max(result.ExitCode, 1))
	}
	return exit(result.ExitCode)
}

// hooked lets a test stand between the engine and its journal.
func (s *session) hooked(log *journal.Journal) engine.Journal {
	if s.hooks.Journal == nil {
		return log
	}
	return s.hooks.Journal(log)
}

// recoverCommand is the exact command that undoes what a run may have left.
func recoverCommand(run string) string { return "gameday recover " + run }
