package plan

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/secret"
)

// redactor takes sensitive values out of texts. What it makes of a text depends
// on the text and the secrets alone: a saved plan is compared with a new one.
type redactor struct{ mask *secret.Mask }

func newRedactor(secrets []string) redactor { return redactor{secret.NewMask(secrets...)} }

func (r redactor) text(in string) string { return r.mask.Text(in) }

// diagnostics redacts what providers said in errors.
func (r redactor) diagnostics(diags hcl.Diagnostics) {
	for _, d := range diags {
		d.Summary, d.Detail = r.text(d.Summary), r.text(d.Detail)
	}
}
