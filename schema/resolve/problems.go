package resolve

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// problems collects diagnostics.
type problems struct{ list hcl.Diagnostics }

// add takes diagnostics of HCL and explains those about references.
func (p *problems) add(diags hcl.Diagnostics) {
	for _, d := range diags {
		explain(d)
	}
	p.list = append(p.list, diags...)
}

func (p *problems) hasErrors() bool { return p.list.HasErrors() }

// errorf reports an error at a place.
func (p *problems) errorf(at hcl.Range, summary, format string, args ...any) {
	p.list = append(p.list, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at,
	})
}

// errorAt reports an error about an expression, with what it was evaluated in,
// so that its values can be shown.
func (p *problems) errorAt(expr hcl.Expression, ctx *hcl.EvalContext, summary, format string, args ...any) {
	at := expr.Range()
	p.list = append(p.list, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...),
		Subject: &at, Expression: expr, EvalContext: ctx,
	})
}

// sorted is everything in the order of the files, each problem once: instances
// of a for_each and of a module repeat those of their configuration.
func (p *problems) sorted() hcl.Diagnostics {
	slices.SortStableFunc(p.list, compare)
	return slices.CompactFunc(p.list, func(a, b *hcl.Diagnostic) bool {
		return compare(a, b) == 0 && a.Severity == b.Severity
	})
}

func compare(a, b *hcl.Diagnostic) int {
	return cmp.Or(
		compareRange(a.Subject, b.Subject),
		cmp.Compare(a.Summary, b.Summary),
		cmp.Compare(a.Detail, b.Detail),
	)
}

// compareRange puts what has no place first.
func compareRange(a, b *hcl.Range) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.Filename, b.Filename),
		cmp.Compare(a.Start.Byte, b.Start.Byte),
		cmp.Compare(a.End.Byte, b.End.Byte),
	)
}
