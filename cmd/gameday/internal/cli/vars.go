package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/launch"
)

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

// assignments are the options in their order, those that can be read.
func (v *varFlags) assignments() ([]launch.Assignment, hcl.Diagnostics) {
	var out []launch.Assignment
	var diags hcl.Diagnostics
	for _, option := range v.options {
		if option.file {
			out = append(out, launch.Assignment{File: option.text})
			continue
		}
		name, value, found := strings.Cut(option.text, "=")
		if name = strings.TrimSpace(name); !found || name == "" {
			diags = append(diags, noAssignment(option.text))
			continue
		}
		out = append(out, launch.Assignment{Name: name, Value: value, From: "-var"})
	}
	return out, diags
}

func noAssignment(text string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Invalid option -var",
		Detail: fmt.Sprintf("The option -var takes a name and a value, as in -var name=value, and was given %q.", text),
	}
}
