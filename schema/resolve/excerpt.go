package resolve

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/config"
)

// written is a value that the configuration gives: the default of a variable, or
// the input of a module. The excerpt of a diagnostic shows the source at its
// place, and the source of a sensitive value may be the value itself: it has its
// place at its variable, and its own is told in words.
func written(v *config.Variable, value cty.Value, at hcl.Range) input {
	if v == nil || !v.Sensitive { // nil for what is no variable, which is reported
		return input{value: value, at: at}
	}
	return input{value: value, at: v.DeclRange, from: fmt.Sprintf("%s:%d", at.Filename, at.Start.Line)}
}

// showable reports whether an excerpt of a variable file, which has whole lines,
// shows no secret where the value of a variable stands. In JSON all values may
// stand on one line.
func (r *resolver) showable(v *config.Variable, at hcl.Range) bool {
	return !v.Sensitive && (!strings.HasSuffix(at.Filename, ".json") || !hasSensitive(r.out.Config.Root))
}

// hasSensitive reports whether any variable of a module is sensitive.
func hasSensitive(m *config.Module) bool {
	for _, v := range m.Variables {
		if v.Sensitive {
			return true
		}
	}
	return false
}

// givenBy says where a value came from; nothing when its place says so.
func givenBy(from string) string {
	if from == "" {
		return ""
	}
	return fmt.Sprintf(", given by %s,", from)
}
