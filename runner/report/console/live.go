package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// What a terminal must be told. All are understood by everything that calls
// itself a terminal today.
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	eraseLine  = "\x1b[K" // from the cursor to its end
	eraseBelow = "\x1b[J" // from the cursor to the end of the screen
)

// live redraws the block at the bottom. Its methods but loop need the console's
// lock.
type live struct {
	console *Console
	block   []string // as last drawn
	hidden  bool     // the cursor
	quit    chan struct{}
	gone    bool // stopped: the loop must draw no more
}

func newLive(c *Console) *live {
	l := &live{console: c, quit: make(chan struct{})}
	go l.loop()
	return l
}

// loop keeps the block's clock going between events.
func (l *live) loop() {
	ticker := time.NewTicker(l.console.options.Tick)
	defer ticker.Stop()
	for {
		select {
		case <-l.quit:
			return
		case <-ticker.C:
			l.console.mu.Lock()
			if l.hidden && !l.gone { // something was drawn
				l.console.write(l.frame(nil))
			}
			l.console.mu.Unlock()
		}
	}
}

// stop ends the loop without waiting for it: it may be waiting for the lock.
func (l *live) stop() {
	l.gone = true
	close(l.quit)
}

// frame is what takes the old block away, prints lines for good and draws the
// new block, in one piece.
func (l *live) frame(lines []string) string {
	width, height := l.size()
	block := l.console.block(l.console.options.Now(), height-1)
	if len(lines)+len(block)+len(l.block) == 0 {
		return ""
	}
	var out strings.Builder
	if !l.hidden {
		out.WriteString(hideCursor)
		l.hidden = true
	}
	out.WriteString(l.rewind())
	for _, line := range lines {
		out.WriteString(line + eraseLine + "\n")
	}
	l.block = block
	for i, line := range l.block {
		l.block[i] = ansi.Truncate(line, width-1, "…")
		out.WriteString(l.block[i] + eraseLine + "\n")
	}
	out.WriteString(eraseBelow)
	return out.String()
}

// leave takes the block away and gives the cursor back.
func (l *live) leave() string {
	text := l.rewind() + eraseBelow + showCursor
	if !l.hidden {
		text = ""
	}
	l.block, l.hidden = nil, false
	return text
}

// rewind puts the cursor where the block begins. Lines that a narrower window
// has wrapped count as the rows that they take now.
func (l *live) rewind() string {
	width, _ := l.size()
	rows := 0
	for _, line := range l.block {
		rows += max(1, (ansi.StringWidth(line)+width-1)/width)
	}
	if rows == 0 {
		return "\r"
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}

func (l *live) size() (width, height int) {
	width, height = l.console.options.Width, 24
	if l.console.options.Size != nil {
		width, height = l.console.options.Size()
	}
	if width <= 0 {
		width = 80
	}
	if height <= 0 {
		height = 24
	}
	return max(width, 20), max(height, 4)
}
