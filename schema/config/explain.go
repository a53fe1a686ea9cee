package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/schema"
)

// explain improves on what HCL says about names that do not belong in a block:
// where the name belongs, which one was probably meant, or what could stand
// there.
func (l *loader) explain(diags hcl.Diagnostics, block *hcl.Block, s *hcl.BodySchema) hcl.Diagnostics {
	for _, diag := range diags {
		switch diag.Summary {
		case "Unsupported argument", "Unsupported block type", "Extraneous JSON object property":
			diag.Summary, diag.Detail = l.unexpected(diag, block, s)
		case "Missing required argument":
			if block != nil {
				diag.Subject = block.DefRange.Ptr()
				diag.Detail = fmt.Sprintf("The argument %s is required in %s.", between(diag.Detail, `"`), a(block.Type))
			}
		}
	}
	return diags
}

func (l *loader) unexpected(diag *hcl.Diagnostic, block *hcl.Block, s *hcl.BodySchema) (summary, detail string) {
	name := between(diag.Detail, `"`)
	name = strings.Trim(name, `"`)
	noun, here := "argument", "at the top of a file"
	if diag.Summary == "Unsupported block type" {
		noun = "block"
	}
	if diag.Summary == "Extraneous JSON object property" {
		noun = "property"
	}
	if block != nil {
		here = "in " + a(block.Type)
	}
	if isLater(name) {
		return "Not supported by this version", fmt.Sprintf("The block %q is not supported by this version of gameday.", name)
	}
	return "Unsupported " + noun, fmt.Sprintf("There is no %s %q %s.%s", noun, name, here, advice(name, noun, s))
}

// isLater names blocks that the language knows and this version does not.
func isLater(name string) bool {
	switch name {
	case "alert", "runbook", "exercise", "role":
		return true
	default:
		return false
	}
}

// advice is what to do about a name that is not known, with a space before it.
func advice(name, noun string, s *hcl.BodySchema) string {
	arguments, blocks := names(s)
	all := append(arguments, blocks...)
	switch {
	case noun == "argument" && contains(blocks, name):
		return fmt.Sprintf(" It is a block: write %s { ... }, without an equals sign.", name)
	case noun == "block" && contains(arguments, name):
		return fmt.Sprintf(" It is an argument: write %s = ..., with an equals sign.", name)
	case name == "dynamic":
		return " Blocks of the language are not generated; use for_each on a fault, a probe, a load or a module."
	case home(name) != "":
		return fmt.Sprintf(" It belongs in %s.", a(home(name)))
	}
	if nearest := schema.Nearest(name, all); nearest != "" {
		return fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return " Expected here: " + strings.Join(all, ", ") + "."
}

// home is the block inside which a block or argument stands that is often put a
// level too high or too low; "" if it has no one place.
func home(name string) string {
	switch name {
	case "probe", "assert", "recovery", "baseline":
		return "steady_state"
	case "fault", "load", "steady_state", "stop_condition", "rollback", "weight":
		return "experiment"
	case "action":
		return "rollback"
	case "gate", "select", "experiments":
		return "suite"
	case "validation":
		return "variable"
	case "within", "hold":
		return "recovery"
	case "min_score", "max_inconclusive":
		return "gate"
	case "required_version", "required_providers":
		return "gameday"
	case "protected_namespaces", "max_targets_percent", "deny_context":
		return "policy"
	default:
		return ""
	}
}

func names(s *hcl.BodySchema) (arguments, blocks []string) {
	for _, attr := range s.Attributes {
		arguments = append(arguments, attr.Name)
	}
	for _, block := range s.Blocks {
		blocks = append(blocks, block.Type)
	}
	return arguments, blocks
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// a is a block type with its article: "an experiment block".
func a(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind + " block"
	}
	return "a " + kind + " block"
}

// between is the first quoted part of a text, with its quotes; "" if there is
// none.
func between(text, quote string) string {
	_, rest, _ := strings.Cut(text, quote)
	part, _, found := strings.Cut(rest, quote)
	if !found {
		return ""
	}
	return quote + part + quote
}
