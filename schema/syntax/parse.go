package syntax

import (
	"path/filepath"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"golang.org/x/sync/errgroup"
)

// Parse parses a file in the syntax that its name says. The file is nil if it
// could not be read or was refused; with errors in its syntax it is partial. A
// file is parsed once, however often it is asked for.
func (s *Sources) Parse(path string) (*hcl.File, hcl.Diagnostics) {
	return s.parse(path, s.Read)
}

// ParseAll parses files, several at once, so that Parse has them at hand.
func (s *Sources) ParseAll(paths []string) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, path := range paths {
		group.Go(func() error {
			_, _ = s.Parse(path) // again when it is asked for, with what is wrong
			return nil
		})
	}
	_ = group.Wait()
}

func (s *Sources) parse(path string, read func(string) ([]byte, error)) (*hcl.File, hcl.Diagnostics) {
	name := filepath.Clean(path)
	src, err := read(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	s.mu.Lock()
	known, ok := s.parsed[name]
	s.mu.Unlock()
	if ok {
		return known.file, known.diags
	}
	file, diags := parseSource(src, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parsed[name] = parsed{file, diags}
	return file, diags
}

func parseSource(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if IsJSON(name) {
		return parseJSON(src, name)
	}
	return parseNative(src, name)
}

func parseJSON(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if diags := checkEncoding(src, name); diags.HasErrors() {
		return nil, diags
	}
	if diags := checkDepthJSON(src, name); diags.HasErrors() {
		return nil, diags
	}
	file, diags := json.Parse(src, name)
	for _, diag := range diags {
		explainOne(diag, src)
	}
	return file, diags
}

// ParseVars parses a variable file, whatever its name: attributes only.
func (s *Sources) ParseVars(path string) (hcl.Attributes, hcl.Diagnostics) {
	file, diags := s.parse(path, s.readVars)
	if diags.HasErrors() || file == nil {
		return nil, diags
	}
	attrs, more := file.Body.JustAttributes()
	return attrs, append(diags, more...)
}

// ParseExpression parses text from outside a file, such as the value of -var, as
// an expression. The name stands for it in ranges.
func ParseExpression(text, name string) (hcl.Expression, hcl.Diagnostics) {
	src := []byte(text)
	if diags := checkText(src, name); diags.HasErrors() {
		return nil, diags
	}
	return hclsyntax.ParseExpression(src, name, hcl.InitialPos)
}

// ParseTemplate parses the content of a template file. The name stands for it in
// ranges.
func ParseTemplate(src []byte, name string) (hcl.Expression, hcl.Diagnostics) {
	if diags := checkText(src, name); diags.HasErrors() {
		return nil, diags
	}
	return hclsyntax.ParseTemplate(src, name, hcl.InitialPos)
}
