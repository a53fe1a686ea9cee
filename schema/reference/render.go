package reference

import (
	"fmt"
	"strings"
)

// List is an overview for a terminal: each topic with the first sentence of its
// description.
func List(topics []Topic) string {
	width := 0
	for _, t := range topics {
		width = max(width, len(t.Name))
	}
	var out strings.Builder
	for _, t := range topics {
		fmt.Fprintf(&out, "%-*s  %s\n", width, t.Name, firstSentence(t.Block.Description))
	}
	return out.String()
}

func firstSentence(text string) string {
	first, _, found := strings.Cut(text, ". ")
	if found {
		return first + "."
	}
	return first
}

// Text is the documentation of topics for a terminal.
func Text(topics []Topic) string {
	parts := make([]string, len(topics))
	for i, t := range topics {
		parts[i] = t.Block.Text(t.Header)
	}
	return strings.Join(parts, "\n")
}

// Markdown is the documentation of topics for a web page.
func Markdown(topics []Topic) string {
	var out strings.Builder
	for _, t := range topics {
		header := strings.ReplaceAll(t.Header, `"name"`, `"example"`)
		out.WriteString(t.Block.Markdown(2, t.Name, header))
	}
	return out.String()
}
