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
	return strings.Join(strings.Fields(string(at.SliceBytes(file.Bytes))), " ")
}
