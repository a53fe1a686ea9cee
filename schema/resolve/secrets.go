package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/secret"
)

// Secrets lists the texts of every sensitive value that was met, also inside
// provider bodies decoded later, and by other resolutions into Inputs.Secrets: longest
// first, so that replacing them in order never leaves the rest of one behind. Booleans,
// which give nothing away, and empty texts are left out.
func (r *Resolved) Secrets() []string {
	if r.secrets == nil {
		return nil
	}
	return r.secrets.Texts()
}

// secrets collects the texts of sensitive values.
type secrets struct{ *secret.Collection }

// newSecrets collects into the collection that is given, or one of its own.
func newSecrets(into *secret.Collection) *secrets {
	if into == nil {
		into = &secret.Collection{}
	}
	return &secrets{into}
}

// hide takes what is known to be secret out of diagnostics. Functions and
// providers get values without marks, and tell them in what they report.
func (s *secrets) hide(diags hcl.Diagnostics) hcl.Diagnostics {
	if len(diags) == 0 {
		return nil
	}
	for _, d := range diags {
		d.Summary, d.Detail = s.Text(d.Summary), s.Text(d.Detail)
	}
	return diags
}

// note takes what is marked in a value, at any depth.
func (s *secrets) note(v cty.Value) {
	if v == cty.NilVal || !v.ContainsMarked() {
		return
	}
	if v.IsMarked() {
		v, _ = v.UnmarkDeep()
		s.whole(v)
		return
	}
	if v.IsKnown() && !v.IsNull() && v.CanIterateElements() {
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			s.note(element)
		}
	}
}

// whole takes every text in a value.
func (s *secrets) whole(v cty.Value) {
	if !v.IsKnown() || v.IsNull() {
		return
	}
	switch {
	case v.Type() == cty.String:
		s.Add(v.AsString())
	case v.Type() == cty.Number:
		s.Add(ValueText(v))
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			s.whole(element)
		}
	}
}
