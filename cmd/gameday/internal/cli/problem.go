package cli

import (
	"errors"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// problem is an error with a headline and an explanation.
type problem struct{ summary, detail string }

func (p problem) Error() string { return p.summary + ": " + p.detail }

// asDiagnostics makes an error one diagnostic.
func asDiagnostics(err error) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if errors.As(err, &diags) {
		return diags
	}
	var p problem
	if errors.As(err, &p) {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: p.summary, Detail: p.detail}}
	}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: capital(err.Error())}}
}

// capital begins a text with a capital letter, as diagnostics do.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// rootCause is the innermost error: what the system said, without the names that
// the message around it gives anyway.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
