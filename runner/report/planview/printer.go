package planview

import (
	"bufio"
	"strings"

	"charm.land/lipgloss/v2"
)

const (
	defaultWidth  = 80
	smallestWidth = 40
	labelWidth    = 13 // of the names in front of values
)

// printer writes indented, wrapped lines. Errors of the writer stay in the
// bufio.Writer, whose Flush returns them.
type printer struct {
	w     *bufio.Writer
	width int
	style palette
}

func newPrinter(w *bufio.Writer, o Options) *printer {
	width := o.Width
	if width <= 0 {
		width = defaultWidth
	}
	return &printer{w: w, width: max(width, smallestWidth), style: newPalette(o.Color)}
}

// write puts a styled line out as it is.
func (p *printer) write(indent int, text string) {
	if text != "" {
		p.pad(indent)
		_, _ = p.w.WriteString(text)
	}
	_ = p.w.WriteByte('\n')
}

func (p *printer) blank() { p.write(0, "") }

func (p *printer) pad(n int) {
	for range n {
		_ = p.w.WriteByte(' ')
	}
}

// paragraph wraps text.
func (p *printer) paragraph(indent int, text string, s paint) {
	for _, line := range wrap(clean(text), p.width-indent) {
		p.write(indent, s.on(line))
	}
}

// field writes a name and its value, wrapped beside it. An empty value is left
// out, with its name.
func (p *printer) field(indent int, name, value string) {
	p.styledField(indent, name, value, p.style.plain)
}

func (p *printer) styledField(indent int, name, value string, s paint) {
	if value == "" {
		return
	}
	for i, line := range wrap(clean(value), p.width-indent-labelWidth) {
		label := ""
		if i == 0 {
			label = name
		}
		p.write(indent, p.style.label.on(fill(label, labelWidth))+s.on(line))
	}
}

// list writes a name and one value a line.
func (p *printer) list(indent int, name string, values []string) {
	for _, value := range values {
		if value != "" {
			p.field(indent, name, value)
			name = ""
		}
	}
}

// heading writes a title with a place in the source at the right edge, or below
// if both do not fit in one line.
func (p *printer) heading(indent int, title, place string, s paint) {
	title = clean(title)
	gap := p.width - indent - lipgloss.Width(title) - lipgloss.Width(place)
	if gap < 2 {
		p.write(indent, s.on(title))
		p.write(indent+2, p.style.dim.on(place))
		return
	}
	p.write(indent, s.on(title)+strings.Repeat(" ", gap)+p.style.dim.on(place))
}
