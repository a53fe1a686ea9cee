package resolve

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/syntax"
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

// Showable reports whether an excerpt of a variable file, which has whole lines,
// shows no secret where the value of a variable stands. In JSON all values may
// stand on one line, and a name that is not declared may be that of a sensitive
// variable, misspelt.
func Showable(cfg *config.Config, name string, at hcl.Range) bool {
	if !TakesSecrets(cfg) {
		return true
	}
	v := cfg.Root.Variables[name]
	return v != nil && !v.Sensitive && !syntax.IsJSON(at.Filename)
}

// TakesSecrets reports whether a variable file may hold a secret: whether any
// variable is sensitive. It is not known when parts of the configuration are
// missing, and any of them may declare one.
func TakesSecrets(cfg *config.Config) bool {
	for _, v := range cfg.Root.Variables {
		if v.Sensitive {
			return true
		}
	}
	return cfg.Partial
}

// givenBy says where a value came from; nothing when its place says so.
func givenBy(from string) string {
	if from == "" {
		return ""
	}
	return fmt.Sprintf(", given by %s,", from)
}
