package cli

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/report/planview"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/resolve"
)

const planLong = `Show what apply would do, and change nothing: the phases of every experiment and
how long they take, the exact targets of every fault, its blast radius, how it is
undone, and what policies and permissions have to say.

With -out the plan is saved. "gameday apply FILE" then does exactly what was
shown, or refuses and says what has changed since. Values of sensitive variables
are not saved: give them to apply again, which checks that they are the same.`

// exitWouldInject is the code of plan -detailed-exitcode when there is
// something to inject.
const exitWouldInject = 2

// planFlags are the options of plan.
type planFlags struct {
	vars             varFlags
	json, full       bool
	out              string
	detailedExitcode bool
	targets          []string
	seed             int64
}

func newPlan(s *session) *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use:   "plan [flags] [DIR]",
		Short: "Show what apply would do, and change nothing",
		Long:  planLong,
		Args:  atMostOne("a directory"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := flags.canSave(); err != nil {
			return err
		}
		c, diags := s.load(cmd.Context(), first(args, "."), &flags.vars)
		if cmd.Flags().Changed("seed") {
			c.Seed = &flags.seed
		}
		return s.planCommand(cmd.Context(), flags, c, diags)
	}
	flags.vars.register(cmd)
	cmd.Flags().BoolVar(&flags.json, "json", false, "write the plan as JSON")
	cmd.Flags().BoolVar(&flags.full, "full", false, "list every target, however many")
	cmd.Flags().StringVar(&flags.out, "out", "", "save the plan to `FILE`")
	cmd.Flags().BoolVar(&flags.detailedExitcode, "detailed-exitcode", false, "exit with 2 if apply would inject something, 0 if not")
	cmd.Flags().StringArrayVar(&flags.targets, "target", nil, "plan only this experiment, suite or module (`ADDRESS`); may be repeated")
	cmd.Flags().Int64Var(&flags.seed, "seed", 0, "choose targets by this `NUMBER` instead of one derived from the configuration")
	return cmd
}

func (s *session) planCommand(ctx context.Context, flags planFlags, c *launch.Configuration, diags hcl.Diagnostics) error {
	p, r, diags := c.Plan(ctx, diags, flags.targets)
	if flags.json && diags.HasErrors() {
		return s.jsonDiagnostics(c, diags)
	}
	if err := s.report(diags, c.Files()); err != nil {
		return err
	}
	if err := s.showPlan(p, flags); err != nil {
		return err
	}
	if p.Summary.Errors > 0 {
		return exit(1)
	}
	if err := s.savePlan(p, r, flags); err != nil {
		return err
	}
	if flags.detailedExitcode && p.Summary.Faults > 0 {
		return exit(exitWouldInject)
	}
	return nil
}

func (s *session) jsonDiagnostics(c *launch.Configuration, diags hcl.Diagnostics) error {
	if err := diag.WriteJSON(s.Out, diags, c.Files()); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return failed(diags)
}

func (s *session) showPlan(p *plan.Plan, flags planFlags) error {
	if flags.json {
		return s.writeJSON(p)
	}
	return s.renderPlan(p, planview.Options{Full: flags.full})
}

// renderPlan shows a plan to people.
func (s *session) renderPlan(p *plan.Plan, options planview.Options) error {
	style := s.style(s.Out)
	options.Color, options.Width = style.Color, style.Width
	if err := planview.Render(s.Out, p, options); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}

// canSave is asked first: a plan of a cluster takes its time.
func (f planFlags) canSave() error {
	if f.out == "" {
		return nil
	}
	return plan.CanWrite(f.out)
}

// savePlan writes the file that -out names. A plan that cannot be applied is not
// saved.
func (s *session) savePlan(p *plan.Plan, r *resolve.Resolved, flags planFlags) error {
	if flags.out == "" {
		return nil
	}
	sealed, err := plan.Seal(p, r.Variables)
	if err != nil {
		return err
	}
	if err := plan.Write(flags.out, sealed); err != nil {
		return err
	}
	if flags.json {
		return nil
	}
	return s.printf("\nSaved to %s. To do exactly this, run:\n\n  %s\n", flags.out, launch.Command(s.chdir, "apply", flags.out))
}
