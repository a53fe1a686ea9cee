package exec

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// outputLimit is how much of an action's output is kept, in bytes: the end.
const outputLimit = 16 << 10

// action is the action "exec".
type action struct{}

var (
	_ providers.Action       = action{}
	_ providers.WithValidate = action{}
	_ providers.WithSummary  = action{}
)

// TypeName implements providers.Type.
func (action) TypeName() string { return "exec" }

// Schema implements providers.Type.
func (action) Schema() *schema.Block {
	return &schema.Block{
		Description: "Runs a command once. It worked when its exit code is 0; the last 16 KiB of its output are shown. At the time-out its " +
			"process group is killed. What it starts in the background goes on when it ends in time, and must not write to its output then.",
		Attributes: commandAttributes(),
	}
}

// Summary implements providers.WithSummary.
func (action) Summary(v schema.Values) string { return commandSummary(v) }

// Validate implements providers.WithValidate.
func (action) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	return checkCommand(v)
}

// Run implements providers.Action. The error of a command that failed quotes
// its last line of output; the result has all that was kept, also then.
func (action) Run(ctx context.Context, req providers.ActionRequest) (providers.ActionResult, error) {
	if diags := checkCommand(req.Config); diags.HasErrors() {
		return providers.ActionResult{}, fmt.Errorf("%s: %s", diags[0].Summary, diags[0].Detail)
	}
	c := newCommand(req.Config, req.Dir, req.Env)
	output := tail{limit: outputLimit}
	end, err := c.run(ctx, &output, &output, false)
	name := filepath.Base(c.program)
	result := providers.ActionResult{Summary: fmt.Sprintf("%s: %s", name, end), Output: output.text()}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		result.Summary = name + ": killed"
		return result, fmt.Errorf("%s did not end in time and was killed: %w", name, err)
	case errors.Is(err, context.Canceled):
		result.Summary = name + ": killed"
		return result, fmt.Errorf("%s was stopped and killed: %w", name, err)
	case err != nil:
		return providers.ActionResult{}, err
	case end.exitCode != 0:
		return result, failure(name, end, result.Output)
	}
	return result, nil
}

func failure(name string, end ending, output string) error {
	if line := probing.LastLine(output); line != "" {
		return fmt.Errorf("%s: %s: %s", name, end, line)
	}
	return fmt.Errorf("%s: %s", name, end)
}
