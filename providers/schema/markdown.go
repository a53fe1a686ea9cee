package schema

import (
	"fmt"
	"strings"
)

// Markdown is the documentation of a block for a web page, under a heading of a
// level. The header is how the block is opened, such as
// `fault "local_process_kill" "NAME"`.
func (b *Block) Markdown(level int, title, header string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n\n", strings.Repeat("#", level), title)
	if b.Description != "" {
		fmt.Fprintf(&out, "%s\n\n", b.Description)
	}
	fmt.Fprintf(&out, "```hcl\n%s```\n\n", b.Example(header))
	b.markdown(&out, level+1, "")
	return out.String()
}

func (b *Block) markdown(out *strings.Builder, level int, prefix string) {
	if len(b.Attributes) > 0 {
		out.WriteString("| argument | type | description |\n| --- | --- | --- |\n")
		for i := range b.Attributes {
			a := &b.Attributes[i]
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", a.Name, cell(strings.Join(a.facts(), "; ")), cell(a.described()))
		}
		out.WriteString("\n")
	}
	for _, conflict := range b.conflicts() {
		fmt.Fprintf(out, "%s\n\n", conflict)
	}
	for i := range b.Blocks {
		n := &b.Blocks[i]
		fmt.Fprintf(out, "%s `%s`\n\n%s.\n\n", strings.Repeat("#", min(level, 6)), prefix+n.header(), capital(strings.Join(n.facts(), "; ")))
		if n.Block.Description != "" {
			fmt.Fprintf(out, "%s\n\n", n.Block.Description)
		}
		n.Block.markdown(out, level+1, prefix+n.Name+" → ")
	}
}

func (a *Attribute) described() string {
	if a.Example == "" {
		return a.Description
	}
	return strings.TrimSpace(a.Description + " Example: `" + a.Example + "`")
}

// cell escapes what would end a table's cell.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
