package diag

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// maxExcerptLines is how many lines of a long range are shown; the middle is
// left out.
const maxExcerptLines = 7

// place writes where the problem is, the source and the values.
func (p *printer) place(view View) {
	where := fmt.Sprintf("on %s line %d", clean(view.Range.Filename), view.Range.Start.Line)
	if view.Snippet == nil {
		p.line("  %s:", where)
		return
	}
	if view.Snippet.Context != nil {
		where += ", in " + clean(*view.Snippet.Context)
	}
	p.line("  %s:", where)
	p.excerpt(view.Snippet)
	p.values(view.Snippet)
}

func (p *printer) excerpt(s *Snippet) {
	lines := split(s)
	digits := len(fmt.Sprint(s.StartLine + len(lines) - 1))
	for i, line := range lines {
		if len(lines) > maxExcerptLines && i >= maxExcerptLines-2 && i < len(lines)-1 {
			if i == maxExcerptLines-2 {
				p.line("  %s", p.faint(strings.Repeat(" ", digits)+"  ..."))
			}
			continue
		}
		line = line.fit(p.style.Width - digits - 6)
		p.line("  %s %s%s%s", p.faint(fmt.Sprintf("%*d:", digits, s.StartLine+i)), line.before, p.hued(line.marked), line.after)
		p.line("  %*s  %s%s", digits, "", strings.Repeat(" ", ansi.StringWidth(line.before)), p.hued(line.underline()))
	}
}

func (p *printer) values(s *Snippet) {
	if len(s.Values) == 0 {
		return
	}
	p.line("    %s", p.faint("├"+strings.Repeat("─", 16)))
	for _, v := range s.Values {
		text := ansi.Truncate(clean(v.Traversal+" "+v.Statement), p.style.Width-6, "…")
		name, rest := text, ""
		if cut := len(clean(v.Traversal)); cut <= len(text) {
			name, rest = text[:cut], text[cut:]
		}
		p.line("    %s %s%s", p.faint("│"), p.bold(name), rest)
	}
}

// codeLine is a line of source with the part that is to blame.
type codeLine struct{ before, marked, after string }

// split cuts the code of a snippet into lines that are safe to print.
func split(s *Snippet) []codeLine {
	var lines []codeLine
	at := 0
	for text := range strings.SplitSeq(s.Code, "\n") {
		start := clamp(s.HighlightStartOffset-at, len(text))
		end := clamp(s.HighlightEndOffset-at, len(text))
		// Indentation before, in a range of several lines, is not to blame.
		for start < end && (text[start] == ' ' || text[start] == '\t') {
			start++
		}
		lines = append(lines, codeLine{clean(text[:start]), clean(text[start:end]), clean(text[end:])})
		at += len(text) + 1
	}
	return lines
}

func clamp(n, high int) int { return max(0, min(n, high)) }

// underline marks at least one column, also at the end of a line where something
// is missing.
func (l codeLine) underline() string {
	width := ansi.StringWidth(l.marked)
	if width == 0 && l.before+l.after == "" {
		return ""
	}
	return strings.Repeat("^", max(1, width))
}

// fit cuts a line that is wider than there is room, around the part that is to
// blame.
func (l codeLine) fit(room int) codeLine {
	if ansi.StringWidth(l.before+l.marked+l.after) <= room {
		return l
	}
	l.marked = ansi.Truncate(l.marked, room*2/3, "…")
	left := room - ansi.StringWidth(l.marked)
	const lead = 12 // columns that are kept before the mark, if they must be cut
	if width := ansi.StringWidth(l.before); width > left {
		l.before = ansi.TruncateLeft(l.before, width-min(lead, left), "…")
	}
	l.after = ansi.Truncate(l.after, max(0, left-ansi.StringWidth(l.before)), "…")
	return l
}

// clean makes text from a file safe for a terminal: tabs become spaces and
// control characters, which could move the cursor or change colours, visible.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return '\uFFFD'
		default:
			return r
		}
	}, strings.ReplaceAll(text, "\t", "    "))
}
