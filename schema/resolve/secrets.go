package resolve

import (
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/secret"
)

// Secrets lists the texts of every sensitive value that was met, also inside
// provider bodies decoded later: longest first, so that replacing them in order
// never leaves the rest of one behind. Booleans, which give nothing away, and
// empty texts are left out.
func (r *Resolved) Secrets() []string { return r.secrets.sorted() }

// secrets collects the texts of sensitive values.
type secrets struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (s *secrets) sorted() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]string, 0, len(s.texts))
	for text := range s.texts {
		list = append(list, text)
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		if a < b {
			return -1
		}
		return 1
	})
	return list
}

// none reports whether there is nothing to hide so far.
func (s *secrets) none() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.texts) == 0
}

// hide takes what is known to be secret out of diagnostics. Functions and
// providers get values without marks, and tell them in what they report.
func (s *secrets) hide(diags hcl.Diagnostics) hcl.Diagnostics {
	if len(diags) == 0 {
		return nil
	}
	mask := secret.NewMask(s.sorted()...)
	for _, d := range diags {
		d.Summary, d.Detail = mask.Text(d.Summary), mask.Text(d.Detail)
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
		s.add(v.AsString())
	case v.Type() == cty.Number:
		s.add(ValueText(v))
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			s.whole(element)
		}
	}
}

func (s *secrets) add(text string) {
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil {
		s.texts = map[string]bool{}
	}
	s.texts[text] = true
}
