package cli

import (
	"context"
	"strings"

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
	c, diags := load(saved.Dir, &flags.vars)
	inputs, err := plan.Inputs(saved)
	if err != nil {
		return nil, err
	}
	for name, value := range inputs {
		if flags.vars.has(name) {
			return nil, problem{"Invalid option", "The saved plan pins var." + name + ": it cannot be given again. Only the values of sensitive variables can, and must."}
		}
		c.given[name] = value
	}
	c.seed = &saved.Seed
	now, err := s.makePlan(ctx, c, diags, saved.Targeted)
	if err != nil {
		return nil, err
	}
	if diags := plan.CheckSensitive(saved, now.resolved.Variables); diags.HasErrors() {
		return nil, diags
	}
	if changes := plan.Drift(saved, now.plan); len(changes) > 0 {
		return nil, drifted(path, changes)
	}
	now.saved = true
	return now, nil
}

// drifted is the refusal of a plan that does not hold any more.
func drifted(path string, changes []plan.Change) error {
	lines := make([]string, len(changes))
	for i, change := range changes {
		lines[i] = "  " + change.String()
	}
	return problem{"The saved plan does not hold any more", "Nothing was done. Since " + path + " was written:\n" +
		strings.Join(lines, "\n") + "\nMake the plan again, look at it, and apply that."}
}
