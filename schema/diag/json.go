package diag

import (
	"encoding/json"
	"io"

	"github.com/hashicorp/hcl/v2"
)

// Report is what a command that only checks gives as JSON: Terraform's
// validate -json.
type Report struct {
	FormatVersion string `json:"format_version"`
	Valid         bool   `json:"valid"`
	ErrorCount    int    `json:"error_count"`
	WarningCount  int    `json:"warning_count"`
	Diagnostics   []View `json:"diagnostics"`
}

// NewReport counts diags and makes their views.
func NewReport(diags hcl.Diagnostics, files map[string]*hcl.File) Report {
	r := Report{FormatVersion: "1.0", Valid: true, Diagnostics: NewViews(diags, files)}
	for _, view := range r.Diagnostics {
		if view.Severity == "warning" {
			r.WarningCount++
			continue
		}
		r.ErrorCount++
		r.Valid = false
	}
	return r
}

// WriteJSON writes a Report, indented.
func WriteJSON(w io.Writer, diags hcl.Diagnostics, files map[string]*hcl.File) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(NewReport(diags, files))
}
