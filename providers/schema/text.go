package schema

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// textWidth is that of the documentation in a terminal, in columns.
const textWidth = 80

// Text is the documentation of a block for a terminal, under a header such as
// `fault "local_process_kill"`.
func (b *Block) Text(header string) string {
	p := &textPrinter{}
	p.line(0, header)
	b.text(p, 1)
	return p.out.String()
}

func (b *Block) text(p *textPrinter, depth int) {
	p.paragraph(depth, b.Description)
	for i := range b.Attributes {
		a := &b.Attributes[i]
		p.entry(depth, a.Name, a.facts(), a.Description)
		if a.Example != "" {
			p.paragraph(depth+1, "Example: "+a.Example)
		}
	}
	for _, conflict := range b.conflicts() {
		p.gap()
		p.paragraph(depth, conflict)
	}
	for i := range b.Blocks {
		n := &b.Blocks[i]
		p.entry(depth, n.header(), n.facts(), "")
		n.Block.text(p, depth+1)
	}
}

// textPrinter writes indented paragraphs.
type textPrinter struct{ out strings.Builder }

func (p *textPrinter) gap() { p.out.WriteString("\n") }

func (p *textPrinter) line(depth int, text string) {
	p.out.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

func (p *textPrinter) entry(depth int, name string, facts []string, description string) {
	p.gap()
	p.line(depth, name+"  ("+strings.Join(facts, "; ")+")")
	p.paragraph(depth+1, description)
}

func (p *textPrinter) paragraph(depth int, text string) {
	if text == "" {
		return
	}
	for _, line := range strings.Split(ansi.Wordwrap(text, textWidth-2*depth, ""), "\n") {
		p.line(depth, line)
	}
}
