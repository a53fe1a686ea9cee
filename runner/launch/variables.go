package launch

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// variablePrefix is that of environment variables that give values.
const variablePrefix = "GAMEDAY_VAR_"

// Assignment gives a value to a variable, or the values of a file to many.
type Assignment struct {
	File string // of variables; empty for one variable

	Name, Value string
	From        string // for messages: "-var"
}

// Variables collects the values of variables. Later sources win, in Terraform's
// order: GAMEDAY_VAR_x, *.auto.vars.hcl by name, then the assignments.
// What is wrong with a file is shown with its lines unless these may hold a
// secret, by what the configuration declares.
func Variables(cfg *config.Config, dir string, assignments []Assignment) (map[string]resolve.Given, hcl.Diagnostics) {
	given := fromEnvironment(os.Environ())
	var diags hcl.Diagnostics
	for _, path := range syntax.FindAutoVars(dir) {
		diags = append(diags, fromFile(given, cfg, path)...)
	}
	for _, a := range assignments {
		if a.File != "" {
			diags = append(diags, fromFile(given, cfg, a.File)...)
			continue
		}
		given[a.Name] = resolve.Given{Raw: a.Value, From: a.From}
	}
	return given, diags
}

func fromEnvironment(environ []string) map[string]resolve.Given {
	given := map[string]resolve.Given{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if variable, found := strings.CutPrefix(name, variablePrefix); found && variable != "" {
			given[variable] = resolve.Given{Raw: value, From: name}
		}
	}
	return given
}

// fromFile adds what a variable file gives. Its expressions are constants.
func fromFile(given map[string]resolve.Given, cfg *config.Config, path string) hcl.Diagnostics {
	attrs, diags := cfg.Sources.ParseVars(path)
	if resolve.TakesSecrets(cfg) {
		diags = withoutExcerpts(diags)
	}
	for _, attr := range inOrder(attrs) {
		value, more := attr.Expr.Value(nil)
		at := attr.Expr.Range()
		if !resolve.Showable(cfg, attr.Name, at) {
			more = withoutExcerpts(more)
		}
		diags = append(diags, more...)
		given[attr.Name] = resolve.Given{Value: value, From: fmt.Sprintf("%s:%d", at.Filename, at.Start.Line), Range: &at}
	}
	return diags
}

// inOrder is attributes as they stand in the file: what is wrong with one may
// have no place to be sorted by.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	return slices.SortedFunc(maps.Values(attrs), func(a, b *hcl.Attribute) int {
		return a.NameRange.Start.Byte - b.NameRange.Start.Byte
	})
}
