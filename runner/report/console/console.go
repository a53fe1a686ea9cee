// Package console tells a run to people. On a terminal that it may redraw
// (live) permanent lines scroll above a block with what goes on now; elsewhere
// there are the lines alone. At the end every problem is told again, with the
// numbers behind it.
package console

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
)

// Options say how to tell it.
type Options struct {
	Out     io.Writer
	Color   bool // escape sequences for colour; the caller knows about NO_COLOR and terminals
	Live    bool // redraw a block at the bottom; only for a terminal
	Verbose bool // also the steps of environments, ends of phases and every snapshot
	Alive   bool // the process of the run that is told lives: without its end it goes on, and was not killed

	// Width is that of the terminal in columns, 0 for 80. It bounds the lines
	// of the block; permanent lines are never cut.
	Width int

	// Size, when it is not nil, is asked for the terminal's columns and rows
	// before each redraw, in place of Width.
	Size func() (width, height int)

	// Base is the working directory of who reads it: what lies below is named
	// relative to it.
	Base string

	Now  func() time.Time // nil: time.Now
	Tick time.Duration    // between redraws of the block; 0: 200 ms
}

// Console is a sink that writes for people. Close must be called, also when the
// process is about to end for another reason: it gives the cursor back.
type Console struct {
	mu      sync.Mutex
	options Options
	style   style
	run     report.Run
	spoke   map[string]time.Time // by experiment: its last line
	ended   bool                 // the end was told
	live    *live                // nil in plain mode
	err     error
}

// New starts a console. In live mode it redraws on its own until Close.
func New(options Options) *Console {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Tick <= 0 {
		options.Tick = 200 * time.Millisecond
	}
	c := &Console{options: options, style: style{color: options.Color}, spoke: map[string]time.Time{}}
	if options.Live {
		c.live = newLive(c)
	}
	return c
}

// Emit tells an event.
func (c *Console) Emit(e event.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.Body = event.MapText(e.Body, printable)
	lines := c.before(e)
	c.run.Apply(e)
	lines = append(lines, c.lines(e)...)
	if _, last := e.Body.(event.RunFinished); last {
		lines = append(lines, c.end()...)
	}
	c.print(lines)
}

// Close tells the end, if the run did not, and gives the terminal back. What
// comes after it is written as plain lines. It returns the first error of
// writing.
func (c *Console) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live != nil {
		c.live.stop()
	}
	var lines []string
	switch {
	case c.ended || c.run.Began.IsZero():
	case c.options.Alive:
		lines = []string{"", "The run goes on."}
	default:
		lines = c.end()
	}
	c.print(lines)
	if c.live != nil {
		c.write(c.live.leave())
		c.live = nil
	}
	return c.err
}

// print writes permanent lines, above the block in live mode.
func (c *Console) print(lines []string) {
	if c.live != nil {
		c.write(c.live.frame(lines))
		return
	}
	if len(lines) > 0 {
		c.write(strings.Join(lines, "\n") + "\n")
	}
}

// write sends text in one piece, so that a terminal never shows half a frame.
func (c *Console) write(text string) {
	if text == "" || c.err != nil {
		return
	}
	if _, err := io.WriteString(c.options.Out, text); err != nil {
		c.err = fmt.Errorf("writing to the console: %w", err)
	}
}

// printable takes out what could move the cursor or change the terminal: text
// of commands and servers may hold anything.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			return '\uFFFD'
		}
		return r
	}, text)
}
