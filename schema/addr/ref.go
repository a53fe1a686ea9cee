package addr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/schema"
)

// Root is the first name of a reference.
type Root string

// The roots.
const (
	RootVar         Root = "var"
	RootLocal       Root = "local"
	RootModule      Root = "module"
	RootEnvironment Root = "environment"
	RootExperiment  Root = "experiment"
	RootFault       Root = "fault"
	RootProbe       Root = "probe"
	RootBaseline    Root = "baseline"
	RootLoad        Root = "load"
	RootAlert       Root = "alert"
	RootRunbook     Root = "runbook"
	RootPath        Root = "path"
	RootRun         Root = "run"
	RootEach        Root = "each"
	RootSelf        Root = "self"
)

// Roots lists every root, in the order of documentation.
func Roots() []Root {
	return []Root{
		RootVar, RootLocal, RootModule, RootEnvironment, RootExperiment, RootFault, RootProbe, RootBaseline,
		RootLoad, RootAlert, RootRunbook, RootPath, RootRun, RootEach, RootSelf,
	}
}

// Ref is a reference in an expression: var.x, probe.checkout.latency.p99.
type Ref struct {
	Root  Root
	Name  string        // the second step: "checkout"; empty only for the whole of self
	Rest  hcl.Traversal // what follows the name; relative, empty for none
	Range hcl.Range     // of the root and the name
}

// String is "probe.checkout", without the rest.
func (r Ref) String() string {
	if r.Name == "" {
		return string(r.Root)
	}
	return string(r.Root) + "." + r.Name
}

// attributes are the names that a root of fixed shape has; nil for the others.
func (r Root) attributes() []string {
	switch r {
	case RootPath:
		return []string{"module", "root"}
	case RootRun:
		return []string{"id", "dir"}
	case RootEach:
		return []string{"key", "value"}
	default:
		return nil
	}
}

// ParseRef reads a reference. Whether what it names exists is not checked, except
// for the roots of fixed shape: path, run and each.
func ParseRef(traversal hcl.Traversal) (Ref, hcl.Diagnostics) {
	if len(traversal) == 0 || traversal.IsRelative() {
		return Ref{}, invalid(nil, "Invalid reference", "A reference starts with a name, such as var.")
	}
	root, diags := parseRoot(traversal)
	if diags.HasErrors() {
		return Ref{}, diags
	}
	ref := Ref{Root: root, Range: traversal[0].SourceRange()}
	if len(traversal) == 1 {
		if root == RootSelf {
			return ref, nil
		}
		return Ref{}, invalid(&ref.Range, "Invalid reference", "%q alone refers to nothing: a name must follow, as in %s.%s.", root, root, root.example())
	}
	name, ok := stepName(traversal[1])
	if !ok {
		return Ref{}, invalid(traversal[1].SourceRange().Ptr(), "Invalid reference", "After %q a name must follow, as in %s.%s.", root, root, root.example())
	}
	ref.Name = name
	ref.Range = hcl.RangeBetween(ref.Range, traversal[1].SourceRange())
	ref.Rest = traversal[2:]
	return ref, ref.checkAttribute()
}

func parseRoot(traversal hcl.Traversal) (Root, hcl.Diagnostics) {
	given := Root(traversal.RootName())
	if slices.Contains(Roots(), given) {
		return given, nil
	}
	rng := traversal[0].SourceRange()
	names := make([]string, len(Roots()))
	for i, root := range Roots() {
		names[i] = string(root)
	}
	if nearest := schema.Nearest(string(given), names); nearest != "" {
		return "", invalid(&rng, "Unknown reference", "Nothing is called %q here. Did you mean %q?", given, nearest)
	}
	if len(traversal) == 1 {
		return "", invalid(&rng, "Unknown reference", "Nothing is called %q here. If a text was meant, put it in quotes: %q.", given, given)
	}
	return "", invalid(&rng, "Unknown reference", "Nothing is called %q here. A reference starts with one of %s.", given, strings.Join(names, ", "))
}

// stepName is the name that a step gives: .x or ["x"].
func stepName(step hcl.Traverser) (string, bool) {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		return stringKey(step)
	default:
		return "", false
	}
}

func (r Ref) checkAttribute() hcl.Diagnostics {
	names := r.Root.attributes()
	if names == nil || slices.Contains(names, r.Name) {
		return nil
	}
	hint := ""
	if nearest := schema.Nearest(r.Name, names); nearest != "" {
		hint = fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return invalid(&r.Range, "Unknown reference", "%q has no attribute %q, only %s.%s", r.Root, r.Name, strings.Join(names, ", "), hint)
}

func (r Root) example() string {
	if names := r.attributes(); names != nil {
		return names[0]
	}
	return "name"
}

func invalid(at *hcl.Range, summary, format string, args ...any) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: at}}
}
