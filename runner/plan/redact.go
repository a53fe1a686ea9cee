package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// shortest is the length from which on a text is worth hiding. Shorter ones
// stand everywhere by chance, and hiding them would only make texts unreadable.
const shortest = 3

// redactor takes sensitive values out of what providers say. Providers get
// configuration without marks, so they cannot know what they must not repeat.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(r *resolve.Resolved) redactor {
	found := map[string]bool{}
	for name, value := range r.Variables {
		collect(value, isSensitive(r, name), found)
	}
	secrets := sortedKeys(found)
	if len(secrets) == 0 {
		return redactor{}
	}
	// A secret may be part of another: the longest is replaced first.
	slices.SortStableFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(secrets))
	for _, s := range secrets {
		pairs = append(pairs, s, lang.Redacted)
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// collect gathers the texts of all primitive values inside a sensitive one,
// plain and as they look when quoted.
func collect(value cty.Value, sensitive bool, into map[string]bool) {
	sensitive = sensitive || value.HasMark(lang.Sensitive)
	value, _ = value.Unmark()
	if !value.IsKnown() || value.IsNull() {
		return
	}
	if value.CanIterateElements() {
		for it := value.ElementIterator(); it.Next(); {
			_, element := it.Element()
			collect(element, sensitive, into)
		}
		return
	}
	text, ok := primitive(value)
	if !ok || !sensitive || len(text) < shortest {
		return
	}
	quoted := strconv.Quote(text)
	into[text] = true
	into[quoted[1:len(quoted)-1]] = true
}

func primitive(v cty.Value) (string, bool) {
	switch v.Type() {
	case cty.String:
		return v.AsString(), true
	case cty.Number:
		return v.AsBigFloat().Text('f', -1), true
	default:
		return "", false
	}
}

func (r redactor) text(in string) string {
	if r.replacer == nil {
		return in
	}
	return r.replacer.Replace(in)
}

func (r redactor) texts(in []string) []string {
	if r.replacer == nil {
		return in
	}
	out := slices.Clone(in)
	for i := range out {
		out[i] = r.text(out[i])
	}
	return out
}

func (r redactor) labels(in map[string]string) map[string]string {
	if r.replacer == nil || in == nil {
		return in
	}
	out := make(map[string]string, len(in))
	for key, value := range in {
		out[r.text(key)] = r.text(value)
	}
	return out
}

// faultPlan leaves targets alone: by their names the fault is injected.
func (r redactor) faultPlan(p providers.FaultPlan) providers.FaultPlan {
	p.Effect, p.Unknown = r.text(p.Effect), r.text(p.Unknown)
	p.Undo, p.Guard = r.text(p.Undo), r.text(p.Guard)
	p.Radius = r.texts(p.Radius)
	p.Permissions = slices.Clone(p.Permissions)
	for i := range p.Permissions {
		p.Permissions[i].Action = r.text(p.Permissions[i].Action)
		p.Permissions[i].Detail = r.text(p.Permissions[i].Detail)
	}
	return p
}

func (r redactor) environmentPlan(p providers.EnvironmentPlan) providers.EnvironmentPlan {
	p.Summary, p.Undo = r.text(p.Summary), r.text(p.Undo)
	p.Steps = r.texts(p.Steps)
	if p.Steps == nil {
		p.Steps = []string{}
	}
	p.Labels = slices.Clone(p.Labels)
	for i := range p.Labels {
		p.Labels[i].Labels = r.labels(p.Labels[i].Labels)
	}
	p.Outputs = cty.NilVal
	return p
}
