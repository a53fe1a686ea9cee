package cli

import (
	"context"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/runner/plan"
)

// prepareSaved reads a saved plan and makes it again from the configuration and
// the variables that it names. What differs is why it is refused.
func (s *session) prepareSaved(ctx context.Context, flags applyFlags, path string) (*prepared, error) {
	if len(flags.targets) > 0 {
		return nil, problem{"Invalid option", "A saved plan is applied as it is: -target belongs to the plan command."}
	}
	saved, err := plan.Read(path)
	if err != nil {
		return nil, err
	}
	c, diags := s.load(ctx, saved.Dir, &flags.vars)
	inputs, err := plan.Inputs(saved)
	if err != nil {
		return nil, err
	}
	for name, value := range inputs {
		if flags.vars.has(name) {
			return nil, problem{"Invalid option", "The saved plan pins var." + name + ": it cannot be given again. Only the values of sensitive variables can, and must."}
		}
		c.Given[name] = value
	}
	c.Seed = &saved.Seed
	now, err := s.makePlan(ctx, c, diags, saved.Targeted)
	if err != nil {
		return nil, err
	}
	if diags := plan.CheckSensitive(saved, now.resolved.Variables); diags.HasErrors() {
		return nil, diags
	}
	if changes := plan.Drift(saved, now.plan); len(changes) > 0 {
		if !flags.allowDrift || !plan.AboutTargets(changes) {
			return nil, drifted(path, changes)
		}
		if err := s.report(hcl.Diagnostics{driftAllowed(path, changes)}, nil); err != nil {
			return nil, err
		}
	}
	now.saved = true
	return now, nil
}

// drifted is the refusal of a plan that does not hold any more.
func drifted(path string, changes []plan.Change) error {
	remedy := "Make the plan again, look at it, and apply that."
	if plan.AboutTargets(changes) {
		remedy = "Make the plan again, look at it, and apply that; or apply this one with -allow-drift, which acts on what is there now."
	}
	return problem{"The saved plan does not hold any more", "Nothing was done. Since " + path + " was written:\n" + listChanges(changes) + "\n" + remedy}
}

// driftAllowed says what is different, and done all the same.
func driftAllowed(path string, changes []plan.Change) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: "The targets are others than those of the saved plan",
		Detail: "Allowed by -allow-drift. Since " + path + " was written:\n" + listChanges(changes),
	}
}

func listChanges(changes []plan.Change) string {
	lines := make([]string, len(changes))
	for i, change := range changes {
		lines[i] = "  " + change.String()
	}
	return strings.Join(lines, "\n")
}
