package console

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// style gives text its colour, from the sixteen that every terminal has and its
// user has chosen. Colour only repeats what the words say.
type style struct{ color bool }

func (s style) paint(text string, c color.Color, bold bool) string {
	if !s.color || text == "" {
		return text
	}
	look := lipgloss.NewStyle().Bold(bold)
	if c != nil {
		look = look.Foreground(c)
	}
	lines := strings.Split(text, "\n") // lipgloss would pad them to one width
	for i, line := range lines {
		lines[i] = look.Render(line)
	}
	return strings.Join(lines, "\n")
}

func (s style) good(text string) string  { return s.paint(text, lipgloss.Green, false) }
func (s style) bad(text string) string   { return s.paint(text, lipgloss.Red, false) }
func (s style) alarm(text string) string { return s.paint(text, lipgloss.BrightRed, true) }
func (s style) warn(text string) string  { return s.paint(text, lipgloss.Yellow, false) }
func (s style) faint(text string) string { return s.paint(text, lipgloss.BrightBlack, false) }
func (s style) head(text string) string  { return s.paint(text, nil, true) }
func (s style) fault(text string) string { return s.paint(text, lipgloss.Magenta, false) }

// verdict colours text by a verdict.
func (s style) verdict(v verdict.Verdict, text string) string {
	switch v {
	case verdict.Passed:
		return s.good(text)
	case verdict.Failed:
		return s.bad(text)
	case report.Dirty:
		return s.alarm(text)
	case verdict.Skipped:
		return s.faint(text)
	default:
		return s.warn(text)
	}
}

// mark is the sign that stands before an outcome.
func (s style) mark(v verdict.Verdict) string {
	switch v {
	case verdict.Passed:
		return s.good("✓")
	case verdict.Failed, report.Dirty:
		return s.bad("✗")
	case verdict.Skipped:
		return s.faint("–")
	default:
		return s.warn("!")
	}
}
