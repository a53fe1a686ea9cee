package plan

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

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

// diagnostics redacts what providers said in errors.
func (r redactor) diagnostics(diags hcl.Diagnostics) {
	for _, d := range diags {
		d.Summary, d.Detail = r.text(d.Summary), r.text(d.Detail)
	}
}
