package diag

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

// View is a diagnostic as it is shown. Its JSON is that of Terraform's
// validate -json, so that what reads the one reads the other; suggestion is
// added.
type View struct {
	Severity   string   `json:"severity"` // "error" or "warning"
	Summary    string   `json:"summary"`
	Detail     string   `json:"detail"`
	Suggestion string   `json:"suggestion,omitempty"` // the name that was probably meant
	Range      *Range   `json:"range,omitempty"`
	Snippet    *Snippet `json:"snippet,omitempty"`
}

// Range is a place in a file.
type Range struct {
	Filename string `json:"filename"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"` // exclusive
}

// Pos is a position. Lines and columns, counted in characters, start at 1; bytes
// at 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Snippet is an excerpt of the source.
type Snippet struct {
	Context              *string `json:"context"`    // the blocks around it, outermost first; null at the top of a file
	Code                 string  `json:"code"`       // whole lines
	StartLine            int     `json:"start_line"` // of Code
	HighlightStartOffset int     `json:"highlight_start_offset"`
	HighlightEndOffset   int     `json:"highlight_end_offset"` // bytes in Code, exclusive
	Values               []Value `json:"values"`               // sorted by Traversal
}

// Value is a value that took part in what went wrong.
type Value struct {
	Traversal string `json:"traversal"` // "var.x"
	Statement string `json:"statement"` // "is 3"
}

// NewViews is what there is to show of diags, sorted and each once. Files are
// the sources by name; what is missing there is shown without an excerpt.
func NewViews(diags hcl.Diagnostics, files map[string]*hcl.File) []View {
	views := make([]View, 0, len(diags))
	for _, d := range Sorted(diags) {
		views = append(views, newView(d, files))
	}
	return views
}

func newView(d *hcl.Diagnostic, files map[string]*hcl.File) View {
	v := View{Severity: severity(d.Severity), Summary: d.Summary, Detail: d.Detail, Suggestion: suggestion(d.Detail)}
	if d.Subject == nil {
		return v
	}
	v.Range = &Range{d.Subject.Filename, pos(d.Subject.Start), pos(d.Subject.End)}
	if file := files[d.Subject.Filename]; file != nil {
		v.Snippet = newSnippet(file, *d.Subject, involved(d))
	}
	return v
}

func severity(s hcl.DiagnosticSeverity) string {
	if s == hcl.DiagWarning {
		return "warning"
	}
	return "error"
}

func pos(p hcl.Pos) Pos { return Pos{p.Line, p.Column, p.Byte} }

// asked finds the question that HCL and gameday close a detail with.
var asked = regexp.MustCompile(`Did you mean "([^"]+)"\?`)

func suggestion(detail string) string {
	if found := asked.FindStringSubmatch(detail); found != nil {
		return found[1]
	}
	return ""
}
