package syntax

import (
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Check says what is wrong with the syntax of native source. The name stands for
// it in ranges.
func Check(src []byte, name string) hcl.Diagnostics {
	_, diags := parseNative(src, name)
	return diags
}

// Native gives the content of a file in native syntax; nil with what is wrong
// if it does not parse.
func (s *Sources) Native(path string) ([]byte, hcl.Diagnostics) {
	if _, diags := s.Parse(path); diags.HasErrors() {
		return nil, diags
	}
	content, err := s.Read(path)
	if err != nil {
		return nil, unreadable(filepath.Clean(path), err)
	}
	return content, nil
}

// parseNative parses what is sure not to exhaust the parser.
func parseNative(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if len(src) > MaxFileSize {
		return nil, unreadable(name, tooLarge(int64(len(src))))
	}
	if diags := checkEncoding(src, name); diags.HasErrors() {
		return nil, diags
	}
	cuts, diags := checkDepth(src, name)
	if diags.HasErrors() {
		return nil, diags
	}
	if len(cuts) > 0 {
		if file, ok := parsePieces(src, name, cuts); ok {
			return file, nil
		}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	return file, explain(diags, src, name)
}

func unreadable(name string, err error) hcl.Diagnostics {
	return problem("File not readable", "Cannot read the file %q: %s.", name, err)
}
