package console

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report/planview"
)

// planned shows a fault that was planned again as the plan's text would have: it is all
// that a reader gets to see of it before it is injected.
func (c *Console) planned(e event.Event, body event.FaultPlanned) []string {
	text := "  " + c.style.fault(body.Fault+" planned again:") + " " + body.Reason
	width := c.width() - len(indent(fmt.Sprintf(stampFormat, 0.0)))
	shown := planview.Fault(body, planview.Options{Color: c.options.Color, Width: width})
	return c.line(e, body.Experiment, text+"\n"+strings.Join(shown, "\n"))
}

// width is that of the terminal in columns.
func (c *Console) width() int {
	width := c.options.Width
	if c.options.Size != nil {
		width, _ = c.options.Size()
	}
	if width <= 0 {
		return 80
	}
	return width
}
