package syntax

import (
	"bytes"
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
)

// checkDepthJSON refuses JSON that would nest too deep, be it in its own
// brackets or in the expressions that its strings hold, which HCL parses later.
func checkDepthJSON(src []byte, name string) hcl.Diagnostics {
	depth := 0
	for at := 0; at < len(src); at++ {
		switch src[at] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := stringEnd(src, at)
			if diags := checkString(src, at, end, name); diags.HasErrors() {
				return diags
			}
			at = end - 1
		}
		if depth > MaxDepth {
			return tooDeep(newMeter(), rangeOf(src, name, at, at+1))
		}
	}
	return nil
}

// stringEnd is the offset after a JSON string that starts at at, or the end of
// the source if it is not closed.
func stringEnd(src []byte, at int) int {
	for i := at + 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// checkString measures what a JSON string holds. Its parts have no place of
// their own in the file, so that the whole string is blamed.
func checkString(src []byte, start, end int, name string) hcl.Diagnostics {
	literal := src[start:end]
	if countSyntax(literal) <= MaxDepth && !bytes.Contains(literal, []byte(`\u`)) {
		return nil
	}
	var text string
	if err := json.Unmarshal(literal, &text); err != nil {
		return nil //nolint:nilerr // the parser will say so
	}
	diags := checkText([]byte(text), name)
	for _, diag := range diags {
		diag.Subject = rangeOf(src, name, start, end).Ptr()
	}
	return diags
}

// countSyntax bounds how deep an expression in a text can nest by the number of
// its bytes that are syntax at all.
func countSyntax(text []byte) int {
	count := 0
	for _, c := range text {
		switch c {
		case '(', '[', '{', '!', '-', '?', '+', '*', '/', '%', '<', '>', '=', '&', '|', ':', '"', '$':
			count++
		}
	}
	return count
}

func rangeOf(src []byte, name string, start, end int) hcl.Range {
	return hcl.Range{Filename: name, Start: position(src, start), End: position(src, end)}
}
