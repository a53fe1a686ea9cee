package diag

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"
)

// newSnippet cuts out the whole lines of a range; nil if the range is not in the
// file.
func newSnippet(file *hcl.File, at hcl.Range, values []Value) *Snippet {
	src := file.Bytes
	if at.Start.Byte > len(src) || at.End.Byte > len(src) || at.Start.Byte > at.End.Byte {
		return nil
	}
	first := bytes.LastIndexByte(src[:at.Start.Byte], '\n') + 1
	// A range that ends with its newline does not reach into the next line.
	end := at.End.Byte
	if end > at.Start.Byte && src[end-1] == '\n' {
		end--
	}
	last := len(src)
	if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
		last = end + i
	}
	// Offsets are taken after the repair of what is not UTF-8, which is longer.
	before, marked, after := valid(src[first:at.Start.Byte]), valid(src[at.Start.Byte:end]), valid(src[end:last])
	return &Snippet{
		Context:              context(file, at),
		Code:                 before + marked + after,
		StartLine:            at.Start.Line,
		HighlightStartOffset: len(before),
		HighlightEndOffset:   len(before) + len(marked),
		Values:               values,
	}
}

func valid(text []byte) string { return strings.ToValidUTF8(string(text), "\uFFFD") }

// context is the headers of the blocks around a range: experiment "x",
// steady_state. A header that is itself in the excerpt says nothing new.
func context(file *hcl.File, at hcl.Range) *string {
	if file.Body == nil {
		return nil
	}
	var headers []string
	for _, block := range file.BlocksAtPos(at.Start) {
		if block.DefRange.Start.Line < at.Start.Line {
			headers = append(headers, header(block))
		}
	}
	text := strings.Join(headers, ", ")
	if text == "" && len(file.BlocksAtPos(at.Start)) == 0 {
		text = contextJSON(file, at.Start.Byte)
	}
	if text == "" {
		return nil
	}
	return &text
}

// contextJSON is the way to a place in JSON, whose blocks HCL does not know.
func contextJSON(file *hcl.File, offset int) string {
	if file.Nav == nil {
		return ""
	}
	return hcled.ContextString(file, offset)
}

func header(block *hcl.Block) string {
	text := block.Type
	for _, label := range block.Labels {
		text += ` "` + label + `"`
	}
	return text
}
