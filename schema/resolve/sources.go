package resolve

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/syntax"
)

// sourceText cuts the text of expressions out of their files.
type sourceText struct{ files map[string]*hcl.File }

func newSourceText(sources *syntax.Sources) *sourceText {
	if sources == nil {
		return &sourceText{}
	}
	return &sourceText{sources.Files()}
}

// of is the text of a range on one line; empty when the file is not there.
func (s *sourceText) of(at hcl.Range) string {
	file := s.files[at.Filename]
	if file == nil || !at.CanSliceBytes(file.Bytes) {
		return ""
	}
	text := string(at.SliceBytes(file.Bytes))
	if strings.HasSuffix(at.Filename, ".json") {
		text = unwrapJSON(text)
	}
	if strings.Contains(text, "\n") {
		text = strings.Join(strings.Fields(text), " ")
	}
	return text
}

// unwrapJSON takes an expression out of the string that it is in JSON syntax.
func unwrapJSON(text string) string {
	inner, start := strings.CutPrefix(text, `"${`)
	inner, end := strings.CutSuffix(inner, `}"`)
	if !start || !end {
		return text
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(inner)
}
