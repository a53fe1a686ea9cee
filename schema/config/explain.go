package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/schema"
)

// explain improves on what HCL says about the names in a block, and takes note of
// blocks that were lost. Of several problems at one place the first is the cause,
// unless all are arguments that are missing.
func (l *loader) explain(diags hcl.Diagnostics, block *hcl.Block, s *hcl.BodySchema) hcl.Diagnostics {
	if len(diags) == 0 {
		return nil
	}
	const missing = "Missing required argument"
	kind, causes := "", map[hcl.Pos]string{}
	if block != nil {
		kind = block.Type
	}
	return slices.DeleteFunc(diags, func(diag *hcl.Diagnostic) bool {
		place := start(diag)
		cause, known := causes[place]
		repeated := known && (cause != missing || diag.Summary != missing)
		if !known {
			causes[place] = diag.Summary
		}
		switch diag.Summary {
		case "Unsupported argument":
		case missing:
			diag.Subject = block.DefRange.Ptr()
			diag.Detail = fmt.Sprintf("The argument %q is required in %s.", quoted(diag.Detail), a(kind))
		default:
			l.lossy = true
		}
		arguments, blocks := names(s)
		Explain(diag, kind, arguments, blocks)
		return repeated
	})
}

func start(diag *hcl.Diagnostic) hcl.Pos {
	if diag.Subject == nil {
		return hcl.Pos{}
	}
	return diag.Subject.Start
}

// Explain improves on what HCL says about a name that does not belong in a block,
// or about a block's labels: where the name belongs, which one was probably
// meant, or what could stand there. The kind is that of the block; empty for the
// top of a file. Other diagnostics stay as they are.
func Explain(diag *hcl.Diagnostic, kind string, arguments, blocks []string) {
	var noun string
	switch diag.Summary {
	case "Unsupported argument":
		noun = "argument"
	case "Unsupported block type":
		noun = "block"
	case "Extraneous JSON object property":
		noun = "property"
	default:
		explainLabels(diag)
		return
	}
	name := quoted(diag.Detail)
	if isLater(name) && noun != "argument" {
		diag.Summary = "Not supported by this version"
		diag.Detail = fmt.Sprintf("Blocks of type %q are part of the language, but this version of gameday cannot run them. Remove the block.", name)
		return
	}
	here := "at the top of a file"
	if kind != "" {
		here = "in " + a(kind)
	}
	diag.Summary = "Unsupported " + noun
	diag.Detail = fmt.Sprintf("There is no %s %q %s.%s", noun, name, here, advice(name, noun, arguments, blocks))
}

// explainLabels counts the labels of a block.
func explainLabels(diag *hcl.Diagnostic) {
	kind, ok := strings.CutPrefix(diag.Summary, "Extraneous label for ")
	if !ok {
		_, kind, ok = strings.Cut(diag.Summary, " for ")
		ok = ok && strings.HasPrefix(diag.Summary, "Missing ")
	}
	if !ok {
		return
	}
	switch kind {
	case "gameday", "locals", "policy", "steady_state", "recovery", "rollback", "gate", "validation", "required_providers":
		diag.Detail = fmt.Sprintf("The header of %s has no labels: write %s { ... }.", a(kind), kind)
	case "environment", "fault", "probe", "load", "action":
		diag.Detail = fmt.Sprintf("The header of %s has two labels, its type and its name: write %s \"type\" \"name\" { ... }.", a(kind), kind)
	default:
		diag.Detail = fmt.Sprintf("The header of %s has one label, its name: write %s \"name\" { ... }.", a(kind), kind)
	}
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
func advice(name, noun string, arguments, blocks []string) string {
	all := slices.Concat(arguments, blocks)
	switch {
	case noun == "argument" && slices.Contains(blocks, name):
		return fmt.Sprintf(" It is a block: write %s { ... }, without an equals sign.", name)
	case noun == "block" && slices.Contains(arguments, name):
		return fmt.Sprintf(" It is an argument: write %s = ..., with an equals sign.", name)
	case name == "dynamic":
		return " Blocks of the language are not generated; use for_each on a fault, a probe, a load or a module."
	case home(name) != "":
		return fmt.Sprintf(" It belongs in %s.", a(home(name)))
	}
	if nearest := schema.Nearest(name, all); nearest != "" {
		return fmt.Sprintf(" Did you mean %q?", nearest)
	}
	if len(all) == 0 {
		return ""
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

// a is a block type with its article: "an experiment block".
func a(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind + " block"
	}
	return "a " + kind + " block"
}

// quoted is the first part of a text in quotes; "" if there is none.
func quoted(text string) string {
	_, rest, _ := strings.Cut(text, `"`)
	part, _, _ := strings.Cut(rest, `"`)
	return part
}
