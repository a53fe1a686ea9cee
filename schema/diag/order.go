package diag

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Sorted is a copy of diags by file and line, those without a place first, and
// without repetitions: a module that is called twice is wrong once. Diagnostics
// at the same place stay in their order.
func Sorted(diags hcl.Diagnostics) hcl.Diagnostics {
	sorted := slices.Clone(diags)
	slices.SortStableFunc(sorted, compare)
	seen := map[identity]bool{}
	return slices.DeleteFunc(sorted, func(d *hcl.Diagnostic) bool {
		id := identify(d)
		repeated := seen[id]
		seen[id] = true
		return repeated
	})
}

func compare(a, b *hcl.Diagnostic) int {
	left, right := start(a), start(b)
	return cmp.Or(
		cmp.Compare(left.Filename, right.Filename),
		cmp.Compare(left.Start.Byte, right.Start.Byte),
		cmp.Compare(a.Severity, b.Severity),
	)
}

func start(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

type identity struct {
	severity        hcl.DiagnosticSeverity
	summary, detail string
	at              hcl.Range
}

func identify(d *hcl.Diagnostic) identity {
	return identity{d.Severity, d.Summary, d.Detail, start(d)}
}
