package console

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

func (c *Console) faultLines(e event.Event) []string {
	switch body := e.Body.(type) {
	case event.FaultPlanned:
		return c.planned(e, body)
	case event.FaultInjecting:
		return c.line(e, body.Experiment, fmt.Sprintf("  %s %s, on %s", c.style.fault("⚡ "+body.Fault+" injecting:"), body.Effect, report.Targets(body.Targets)))
	case event.FaultActive:
		return c.line(e, body.Experiment, fmt.Sprintf("  %s %s %s after %s: %s", c.style.mark(verdict.Passed), body.Fault, c.style.good("proven"),
			report.Seconds(body.Seconds), report.Facts(body.Evidence)))
	case event.FaultFailed:
		return c.line(e, body.Experiment, "  "+c.style.bad("✗ "+body.Fault+" could not be injected: ")+body.Error)
	case event.FaultProven:
		return c.line(e, body.Experiment, "  "+c.proven(body))
	case event.FaultReverting:
		if c.options.Verbose {
			return c.line(e, body.Experiment, "  "+c.style.faint(body.Fault+" reverting: "+body.Undo))
		}
	case event.FaultReverted:
		return c.line(e, body.Experiment, "  "+c.reverted(body))
	}
	return nil
}

func (c *Console) proven(body event.FaultProven) string {
	if body.Proven {
		return c.style.mark(verdict.Passed) + " " + body.Fault + " evidence in all: " + report.Facts(body.Evidence)
	}
	return c.style.warn("! "+body.Fault+" not proven: ") + body.Detail
}

func (c *Console) reverted(body event.FaultReverted) string {
	if !body.Verified {
		return c.style.alarm("✗ "+body.Fault+" NOT verified as reverted") + " after " + report.Plural(body.Attempts, "attempt") + ": " + body.Error
	}
	text := c.style.mark(verdict.Passed) + " " + body.Fault + " " + c.style.good("reverted and verified") + " in " + report.Seconds(body.Seconds)
	if body.Attempts > 1 {
		text += c.style.warn(fmt.Sprintf(" (%d attempts: %s)", body.Attempts, body.Retried))
	}
	return text
}

// interrupted says what goes on and what a further signal would do. A user who
// does not know presses on, and the third signal leaves things behind.
func (c *Console) interrupted(e event.Event, body event.Interrupted) []string {
	left := ""
	if len(body.Left) > 0 {
		left = " Being undone: " + strings.Join(body.Left, ", ") + "."
	}
	var text string
	switch {
	case body.Count <= 1:
		text = "Stopping (" + body.Signal + "): everything is being undone, then the report follows." + left +
			"\nA second signal tells what is left. A third one stops at once and leaves it as it is."
	case body.Count == 2:
		text = "Still stopping (" + body.Signal + ")." + left +
			"\nA third signal stops at once and leaves that as it is; then run: " + report.RecoverCommand(&c.run)
	default:
		text = "Stopped at once (" + body.Signal + ")." + strings.Replace(left, " Being undone:", " Left as it is:", 1) +
			"\nTo undo it, run: " + report.RecoverCommand(&c.run)
	}
	return c.line(e, "", c.style.alarm(text))
}
