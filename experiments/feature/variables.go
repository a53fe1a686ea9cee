package feature

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"sigs.k8s.io/e2e-framework/pkg/envconf"

	"github.com/gameday-dev/gameday/schema/resolve"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// fromEnvironment is the prefix of environment variables that give values, as for
// the command.
const fromEnvironment = "GAMEDAY_VAR_"

// given collects the values of variables in the order of the command: those of
// the environment, of *.auto.vars.hcl, and then of the options. Later ones win.
func (s *settings) given(sources *syntax.Sources, env *envconf.Config) (map[string]resolve.Given, hcl.Diagnostics) {
	given := map[string]resolve.Given{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if variable, found := strings.CutPrefix(name, fromEnvironment); found && variable != "" {
			given[variable] = resolve.Given{Raw: value, From: name}
		}
	}
	var diags hcl.Diagnostics
	for _, path := range syntax.FindAutoVars(s.dir) {
		values, more := fileValues(sources, path)
		maps.Copy(given, values)
		diags = append(diags, more...)
	}
	for _, v := range s.variables {
		if !v.file {
			given[v.name] = resolve.Given{Raw: v.read(env), From: v.from}
			continue
		}
		values, more := fileValues(sources, v.name)
		maps.Copy(given, values)
		diags = append(diags, more...)
	}
	return given, diags
}

// fileValues are those of a variable file, whose expressions are constants.
func fileValues(sources *syntax.Sources, path string) (map[string]resolve.Given, hcl.Diagnostics) {
	attrs, diags := sources.ParseVars(path)
	given := map[string]resolve.Given{}
	for name, attr := range attrs {
		value, more := attr.Expr.Value(nil)
		diags = append(diags, more...)
		at := attr.Expr.Range()
		given[name] = resolve.Given{Value: value, From: fmt.Sprintf("%s:%d", at.Filename, at.Start.Line), Range: &at}
	}
	return given, diags
}
