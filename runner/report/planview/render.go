// Package planview shows a plan to people: what would happen, to what, how it is
// undone, and what speaks against it.
package planview

import (
	"bufio"
	"io"

	"github.com/gameday-dev/gameday/runner/plan"
)

// Options says how a plan is shown.
type Options struct {
	Color bool // with ANSI colours; without, no escape sequence is written
	Width int  // columns of the terminal; 0 for 80, and never taken as less than 40
	Full  bool // every target and inventory entry, however many
	Apply bool // the plan is about to be applied: nothing is said of having changed nothing
}

// Render writes a plan for people. It fails only if w does.
func Render(w io.Writer, p *plan.Plan, o Options) error {
	out := bufio.NewWriterSize(w, 64<<10)
	v := view{newPrinter(out, o), p, o, "gameday plan -full lists all"}
	v.header()
	v.environments()
	for _, e := range p.Experiments {
		v.experiment(e)
	}
	v.suites()
	v.findings()
	v.summary()
	return out.Flush()
}

// view renders one plan. Its methods each write one section.
type view struct {
	*printer
	plan  *plan.Plan
	opts  Options
	allIn string // where targets are that are not listed
}
