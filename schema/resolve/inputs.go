package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/schema/config"
)

// checkInputs compares a module call with the variables of what it calls.
func (r *resolver) checkInputs(call *config.ModuleCall) {
	names := slices.Sorted(maps.Keys(call.Module.Variables))
	for _, name := range slices.Sorted(maps.Keys(call.Inputs)) {
		if call.Module.Variables[name] == nil {
			r.diags.errorf(call.Inputs[name].NameRange, "Unknown input", "The module %q has no variable %q.%s",
				call.Name, name, suggest(name, names, "Its variables are"))
		}
	}
	for _, name := range names {
		if _, given := call.Inputs[name]; !given && call.Module.Variables[name].Default == nil {
			r.diags.errorf(call.DeclRange, "Missing input", "The module %q needs a value for %q, %s, which has no default.",
				call.Name, name, describe(call.Module.Variables[name]))
		}
	}
}

func describe(v *config.Variable) string {
	if v.Description != "" {
		return fmt.Sprintf("a %s (%s)", typeText(v), strings.TrimSuffix(v.Description, "."))
	}
	return "a " + typeText(v)
}
