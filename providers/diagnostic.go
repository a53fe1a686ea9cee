package providers

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// Severity says whether a diagnostic stops the operation.
type Severity int

// The severities. The zero value is an error, so that forgetting to set one
// never hides a problem.
const (
	Error Severity = iota
	Warning
)

// A Diagnostic is a problem in terms of the configuration value that a provider
// was given. The host adds the source range of the attribute at Path.
type Diagnostic struct {
	Severity Severity
	Summary  string   // what is wrong, a short phrase without a full stop
	Detail   string   // expected, found, what to do; full sentences
	Path     cty.Path // from the root of the type's configuration; nil for the whole body
}

// Diagnostics is a list of problems. Nil means none.
type Diagnostics []Diagnostic

// HasErrors reports whether any diagnostic is an error.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Errorf is a list of one error about the attribute at path.
func Errorf(path cty.Path, summary, format string, args ...any) Diagnostics {
	return Diagnostics{{Severity: Error, Summary: summary, Detail: fmt.Sprintf(format, args...), Path: path}}
}

// Warningf is a list of one warning about the attribute at path.
func Warningf(path cty.Path, summary, format string, args ...any) Diagnostics {
	return Diagnostics{{Severity: Warning, Summary: summary, Detail: fmt.Sprintf(format, args...), Path: path}}
}
