package cli

import (
	"context"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/report/planview"
	"github.com/gameday-dev/gameday/schema/resolve"
)

const applyLong = `Show the plan, ask, and run it: bring environments up, measure the baseline,
inject the faults, prove them, undo them, and see that the steady state is back.

The argument is a directory, or a plan that "gameday plan -out" saved: a saved
plan is applied exactly, without asking, or refused with what has changed since. With
-allow-drift it is also applied where nothing has changed but the targets and what
follows from them.

SIGINT, SIGTERM and, but under nohup, SIGHUP end the run early: every fault is
reverted and the report is written. A second signal says what is still being
undone; only a third stops at once, with the command that mends the rest.`

// applyFlags are the options of apply.
type applyFlags struct {
	vars        varFlags
	autoApprove bool
	json        bool
	junit       string
	github      bool
	parallelism int
	allowDrift  bool
	targets     []string
	verbose     bool
}

func newApply(s *session) *cobra.Command {
	var flags applyFlags
	cmd := &cobra.Command{
		Use:   "apply [flags] [DIR | PLAN]",
		Short: "Run experiments: inject, prove, undo, judge",
		Long:  applyLong,
		Args:  atMostOne("a directory or a saved plan"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.lines = flags.json
		return s.apply(cmd.Context(), flags, first(args, "."))
	}
	flags.vars.register(cmd)
	cmd.Flags().BoolVar(&flags.autoApprove, "auto-approve", false, "do not ask before anything is done")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write events as JSON lines; needs -auto-approve or a saved plan")
	cmd.Flags().StringVar(&flags.junit, "junit-xml", "", "write a JUnit report to `FILE`")
	cmd.Flags().BoolVar(&flags.github, "github", os.Getenv("GITHUB_ACTIONS") == "true", "annotate failures and write the step summary for GitHub Actions (the default there)")
	cmd.Flags().IntVar(&flags.parallelism, "parallelism", 1, "run up to `N` experiments at a time, where they do not overlap")
	cmd.Flags().BoolVar(&flags.allowDrift, "allow-drift", false, "act on the targets that are there now, where a plan showed others")
	cmd.Flags().StringArrayVar(&flags.targets, "target", nil, "run only this experiment, suite or module (`ADDRESS`); may be repeated")
	cmd.Flags().BoolVar(&flags.verbose, "verbose", false, "show also what went well, in detail")
	return cmd
}

func (s *session) apply(ctx context.Context, flags applyFlags, where string) error {
	if flags.parallelism < 1 {
		return problem{"Invalid option", "-parallelism takes a number of at least 1."}
	}
	p, err := s.prepare(ctx, flags, where)
	if err != nil {
		return err
	}
	approved := flags.autoApprove || p.saved
	if flags.json && !approved {
		return problem{"Nobody to ask", "With -json there is nobody to ask: add -auto-approve, or apply a saved plan."}
	}
	if !flags.json {
		if err := s.renderPlan(p.plan, planview.Options{Apply: true}); err != nil {
			return err
		}
	}
	if p.plan.Summary.Errors > 0 {
		return refuse(p.plan)
	}
	if !approved && !s.approve() {
		return problem{"Not approved", "Nothing was done. Only \"yes\" is taken for an approval; where there is nobody to ask, use -auto-approve."}
	}
	return s.run(ctx, flags, p)
}

// refuse ends an apply whose plan has findings that forbid it. The plan that was
// shown names them.
func refuse(p *plan.Plan) error {
	detail := "Nothing was done. The plan has findings that forbid it:"
	for _, f := range p.Findings {
		if f.Severity == "error" {
			detail += "\n  " + f.Subject + ": " + f.Summary
		}
	}
	return problem{"The plan is refused", detail}
}

// prepared is what a run starts from.
type prepared struct {
	*launch.Configuration
	plan     *plan.Plan
	resolved *resolve.Resolved
	saved    bool
}

// prepare makes the plan of a directory, or reads a saved one and checks that it
// still holds.
func (s *session) prepare(ctx context.Context, flags applyFlags, where string) (*prepared, error) {
	if info, err := os.Stat(where); err == nil && info.Mode().IsRegular() {
		return s.prepareSaved(ctx, flags, where)
	}
	c, diags := s.load(ctx, where, &flags.vars)
	return s.makePlan(ctx, c, diags, flags.targets)
}

func (s *session) makePlan(ctx context.Context, c *launch.Configuration, diags hcl.Diagnostics, targets []string) (*prepared, error) {
	p, r, diags := c.Plan(ctx, diags, targets)
	if err := s.report(diags, c.Files()); err != nil {
		return nil, err
	}
	return &prepared{Configuration: c, plan: p, resolved: r}, nil
}
