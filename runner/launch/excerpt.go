package launch

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/syntax"
)

// withoutExcerpts says of a variable file what is wrong and where, and shows
// nothing of it: neither the lines, nor the words that HCL takes from them.
func withoutExcerpts(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		out[i] = withoutExcerpt(d)
	}
	return out
}

// withoutExcerpt leaves a problem of no place as it is: that of a file which
// cannot be read.
func withoutExcerpt(d *hcl.Diagnostic) *hcl.Diagnostic {
	if d.Subject == nil {
		return d
	}
	return &hcl.Diagnostic{Severity: d.Severity, Summary: withoutWords(d.Summary), Detail: fmt.Sprintf(
		"It is at %s:%d, in column %d, and not shown: a value there may be sensitive. %s",
		d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, expected(d.Subject.Filename))}
}

// withoutWords is HCL's summary of a problem, which is the same for every file
// unless it has a word of the file in quotes.
func withoutWords(summary string) string {
	if strings.Contains(summary, `"`) {
		return "Invalid variable file"
	}
	return summary
}

// expected is what a variable file holds, for who cannot be told what is wrong.
func expected(name string) string {
	if syntax.IsJSON(name) {
		return "A variable file in JSON is one object, of the values by the names of their variables."
	}
	return `A variable file holds one name = value a line, with texts in quotes, "…", a backslash in them written twice, and no references.`
}
