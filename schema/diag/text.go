package diag

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/hashicorp/hcl/v2"
)

// Style is how text is written.
type Style struct {
	Color bool
	Width int // of the terminal, in columns; 0 for 78
}

// WriteText writes diags for people, each in a box of its own.
func WriteText(w io.Writer, diags hcl.Diagnostics, files map[string]*hcl.File, style Style) error {
	for _, view := range NewViews(diags, files) {
		if _, err := io.WriteString(w, Text(view, style)); err != nil {
			return err
		}
	}
	return nil
}

const (
	defaultWidth = 78
	minWidth     = 40
	gutter       = 2 // the border and a space
)

// Text is one diagnostic in its box, ending in a newline.
func Text(view View, style Style) string {
	p := printer{style: style, hue: ansi.Red}
	if view.Severity == "warning" {
		p.hue = ansi.Yellow
	}
	if p.style.Width == 0 {
		p.style.Width = defaultWidth
	}
	p.style.Width = max(p.style.Width, minWidth) - gutter
	p.headline(view)
	if view.Range != nil {
		p.line("")
		p.place(view)
	}
	if view.Detail != "" {
		p.line("")
		p.paragraph(view.Detail)
	}
	return p.boxed()
}

// printer collects lines, without their border.
type printer struct {
	style Style
	hue   ansi.Color
	lines []string
}

func (p *printer) line(format string, args ...any) {
	p.lines = append(p.lines, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// paint gives text a style when colours are wanted.
func (p *printer) paint(style ansi.Style, text string) string {
	if !p.style.Color || text == "" {
		return text
	}
	return style.Styled(text)
}

func (p *printer) hued(text string) string {
	return p.paint(ansi.NewStyle().Bold().ForegroundColor(p.hue), text)
}

func (p *printer) bold(text string) string { return p.paint(ansi.NewStyle().Bold(), text) }

func (p *printer) faint(text string) string { return p.paint(ansi.NewStyle().Faint(), text) }

func (p *printer) headline(view View) {
	kind := "Error: "
	if view.Severity == "warning" {
		kind = "Warning: "
	}
	for i, line := range wrap(kind+clean(view.Summary), p.style.Width) {
		if i == 0 {
			p.line("%s%s", p.hued(kind), p.bold(strings.TrimPrefix(line, kind)))
			continue
		}
		p.line("%s", p.bold(line))
	}
}

// paragraph wraps text. Lines that are indented are meant as they are.
func (p *printer) paragraph(text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line = clean(line)
		if strings.HasPrefix(line, " ") {
			p.line("%s", line)
			continue
		}
		for _, part := range wrap(line, p.style.Width) {
			p.line("%s", part)
		}
	}
}

// wrap breaks at spaces only: paths, addresses and options stay whole, to be
// copied.
func wrap(text string, width int) []string {
	return strings.Split(ansi.Wordwrap(text, width, "\u00a0"), "\n")
}

func (p *printer) boxed() string {
	var out strings.Builder
	out.WriteString(p.hued("╷") + "\n")
	for _, line := range p.lines {
		out.WriteString(strings.TrimRight(p.hued("│")+" "+line, " ") + "\n")
	}
	out.WriteString(p.hued("╵") + "\n")
	return out.String()
}
