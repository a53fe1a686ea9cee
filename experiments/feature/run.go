package feature

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/console"
)

// run executes a plan and gives the picture of it. An error means that the run
// could not begin, or that its reports could not be written.
func (s *settings) run(ctx context.Context, t *testing.T, p *planned) (*report.Run, error) {
	t.Helper()
	root, err := filepath.Abs(s.runs)
	if err != nil {
		return nil, fmt.Errorf("find the directory of runs: %w", err)
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	seen := picture{&report.Run{}}
	run, err := launch.New(launch.Request{
		Configuration: p.Configuration, Plan: p.plan,
		Root: root, Base: here, JUnit: s.junit,
		Views:       []launch.View{seen, console.New(console.Options{Out: t.Output(), Base: here})},
		Parallelism: 1, Mend: func(id string) string { return launch.Command(root, "recover", id) },
	})
	if err != nil {
		return nil, err
	}
	ctx, stop := stoppable(ctx, t, run)
	defer stop() // last: whoever stopped the test waits for its reports
	_, err = run.Execute(ctx)
	return seen.run, err
}

// picture is a view that keeps the whole run, by which the test is judged.
type picture struct{ run *report.Run }

func (p picture) Emit(e event.Event) { p.run.Apply(e) }
func (p picture) Close() error       { return nil }
