package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/schema/resolve"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// variablePrefix is that of environment variables that give values.
const variablePrefix = "GAMEDAY_VAR_"

// varFlags is the options that give values to variables, in the order in which
// they were written, as a later one overrides an earlier one of either kind.
type varFlags struct{ options []varOption }

type varOption struct {
	file bool
	text string
}

// register adds -var and -var-file to a command.
func (v *varFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&varValue{flags: v}, "var", "set a variable, `NAME=VALUE`; may be repeated")
	flags.Var(&varValue{flags: v, file: true}, "var-file", "read variables from a `FILE`; may be repeated")
}

// varValue is one of the options as package pflag sees it.
type varValue struct {
	flags *varFlags
	file  bool
}

func (v *varValue) String() string { return "" }

func (v *varValue) Type() string { return "string" }

func (v *varValue) Set(text string) error {
	v.flags.options = append(v.flags.options, varOption{v.file, text})
	return nil
}

// has reports whether -var gives the variable a value.
func (v *varFlags) has(name string) bool {
	return slices.ContainsFunc(v.options, func(o varOption) bool {
		given, _, _ := strings.Cut(o.text, "=")
		return !o.file && strings.TrimSpace(given) == name
	})
}

// given collects the values of variables. Later sources win, in Terraform's
// order: GAMEDAY_VAR_x, *.auto.vars.hcl by name, then -var and -var-file.
func (v *varFlags) given(sources *syntax.Sources, dir string) (map[string]resolve.Given, hcl.Diagnostics) {
	given := fromEnvironment()
	var diags hcl.Diagnostics
	for _, path := range syntax.FindAutoVars(dir) {
		diags = append(diags, fromFile(given, sources, path)...)
	}
	for _, option := range v.options {
		if option.file {
			diags = append(diags, fromFile(given, sources, option.text)...)
			continue
		}
		diags = append(diags, fromOption(given, option.text)...)
	}
	return given, diags
}

func fromEnvironment() map[string]resolve.Given {
	given := map[string]resolve.Given{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if variable, found := strings.CutPrefix(name, variablePrefix); found && variable != "" {
			given[variable] = resolve.Given{Raw: value, From: name}
		}
	}
	return given
}

// fromFile adds what a variable file gives. Its expressions are constants.
func fromFile(given map[string]resolve.Given, sources *syntax.Sources, path string) hcl.Diagnostics {
	attrs, diags := sources.ParseVars(path)
	for name, attr := range attrs {
		value, more := attr.Expr.Value(nil)
		diags = append(diags, more...)
		at := attr.Expr.Range()
		given[name] = resolve.Given{Value: value, From: fmt.Sprintf("%s:%d", at.Filename, at.Start.Line), Range: &at}
	}
	return diags
}

func fromOption(given map[string]resolve.Given, text string) hcl.Diagnostics {
	name, value, found := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" {
		return hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Invalid option -var",
			Detail: fmt.Sprintf("The option -var takes a name and a value, as in -var name=value, and was given %q.", text),
		}}
	}
	given[name] = resolve.Given{Raw: value, From: "-var"}
	return nil
}
