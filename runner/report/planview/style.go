package planview

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// paint is a style reduced to what comes before and after a text: a plan of a
// thousand experiments has a hundred thousand pieces, and a style costs
// microseconds to apply.
type paint struct{ before, after string }

func (p paint) on(text string) string {
	if p.before == "" || text == "" {
		return text
	}
	return p.before + text + p.after
}

// palette is every style of the view. The zero palette is plain.
type palette struct {
	plain, title, section, label, dim, fault, good, bad, warn paint
}

func newPalette(color bool) palette {
	if !color {
		return palette{}
	}
	style := lipgloss.NewStyle
	return palette{
		title:   newPaint(style().Bold(true)),
		section: newPaint(style().Bold(true).Foreground(lipgloss.Cyan)),
		label:   newPaint(style().Faint(true)),
		dim:     newPaint(style().Faint(true)),
		fault:   newPaint(style().Bold(true).Foreground(lipgloss.Magenta)),
		good:    newPaint(style().Foreground(lipgloss.Green)),
		bad:     newPaint(style().Bold(true).Foreground(lipgloss.Red)),
		warn:    newPaint(style().Bold(true).Foreground(lipgloss.Yellow)),
	}
}

func newPaint(s lipgloss.Style) paint {
	const marker = "x"
	before, after, _ := strings.Cut(s.Render(marker), marker)
	return paint{before, after}
}
