package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/lang"
)

// shortest is the length in bytes from which on a secret is looked for inside
// texts. Shorter ones stand everywhere by chance: hiding them there would hide
// nothing and make texts unreadable.
const shortest = 3

// redactor takes sensitive values out of texts. Providers get configuration
// without marks, so they cannot know what they must not repeat.
type redactor struct {
	replacer *strings.Replacer
	whole    map[string]bool
}

// newRedactor takes the texts of sensitive values, longest first, as one may be
// part of another.
func newRedactor(secrets []string) redactor {
	r := redactor{whole: map[string]bool{}}
	var pairs []string
	for _, s := range secrets {
		r.whole[s] = true
		if len(s) >= shortest {
			pairs = append(pairs, s, lang.Redacted)
		}
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

func (r redactor) text(in string) string {
	if r.whole[in] {
		return lang.Redacted
	}
	return r.replacer.Replace(in)
}

func (r redactor) texts(in []string) []string {
	out := slices.Clone(in)
	for i := range out {
		out[i] = r.text(out[i])
	}
	return out
}

func (r redactor) labels(in map[string]string) map[string]string {
	out := maps.Clone(in)
	for key, value := range out {
		out[key] = r.text(value)
	}
	return out
}

// plan redacts all that providers and descriptions say. It leaves addresses,
// conditions (which are source text) and targets alone: by the names of its
// targets a fault is injected.
func (r redactor) plan(p *Plan) {
	if len(r.whole) == 0 {
		return
	}
	for i := range p.Environments {
		r.environment(&p.Environments[i].EnvironmentPlan)
	}
	for i := range p.Experiments {
		e := &p.Experiments[i]
		e.Description, e.Labels = r.text(e.Description), r.labels(e.Labels)
		for j := range e.Faults {
			r.fault(&e.Faults[j].FaultPlan)
		}
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		f.Summary, f.Detail = r.text(f.Summary), r.text(f.Detail)
	}
}

func (r redactor) environment(p *providers.EnvironmentPlan) {
	p.Summary, p.Undo, p.Steps = r.text(p.Summary), r.text(p.Undo), r.texts(p.Steps)
	p.Labels = slices.Clone(p.Labels)
	for i := range p.Labels {
		p.Labels[i].Labels = r.labels(p.Labels[i].Labels)
	}
}

func (r redactor) fault(p *providers.FaultPlan) {
	p.Effect, p.Unknown = r.text(p.Effect), r.text(p.Unknown)
	p.Undo, p.Guard = r.text(p.Undo), r.text(p.Guard)
	p.Radius = r.texts(p.Radius)
	p.Permissions = slices.Clone(p.Permissions)
	for i := range p.Permissions {
		p.Permissions[i].Action = r.text(p.Permissions[i].Action)
		p.Permissions[i].Detail = r.text(p.Permissions[i].Detail)
	}
}

// diagnostics redacts what providers said in errors.
func (r redactor) diagnostics(diags hcl.Diagnostics) {
	for _, d := range diags {
		d.Summary, d.Detail = r.text(d.Summary), r.text(d.Detail)
	}
}
