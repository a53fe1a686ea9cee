package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Requests that try what becomes of others have objects of these names. The
// first is always hit, the second never; that of webhook.ReachedName is hit, and
// answered at once.
func triedName(id string) string   { return "gameday-tried-" + strings.ToLower(id) }
func controlName(id string) string { return "gameday-control-" + strings.ToLower(id) }

// reviewRules are the rules of a policy or a webhook: what was asked for, and the
// ConfigMaps by which it is tried. Scope keeps out what belongs to no namespace,
// for which the namespace selector would not be asked.
func reviewRules(values schema.Values) []any {
	var rules []any
	for _, text := range values.Strings("resources") {
		r := parseReviewed(text)
		rules = append(rules, reviewRule(r, values.Strings("operations")))
	}
	if !createsConfigMaps(values) {
		rules = append(rules, reviewRule(reviewed{resource: "configmaps"}, []string{"CREATE"}))
	}
	return rules
}

func reviewRule(r reviewed, operations []string) map[string]any {
	return map[string]any{
		"apiGroups": []string{r.group}, "apiVersions": []string{"*"}, "resources": []string{r.name()},
		"operations": operations, "scope": "Namespaced",
	}
}

func createsConfigMaps(values schema.Values) bool {
	return slices.Contains(values.Strings("resources"), "configmaps") && slices.Contains(values.Strings("operations"), "CREATE")
}

// reviewConditions leave out what must not be hit: whatever carries a mark of
// gameday, before or after the request, so that no undo is ever blocked; and the
// request that is tried for comparison.
func reviewConditions(values schema.Values, id string) []any {
	marked := fmt.Sprintf("has(o.metadata.labels) && (%q in o.metadata.labels || %q in o.metadata.labels)"+
		" || has(o.metadata.annotations) && o.metadata.annotations.exists(k, k.startsWith(%q))",
		undo.LabelFault, undo.LabelRun, undo.Annotation(""))
	const configMap = `request.resource.group == "" && request.resource.resource == "configmaps" && request.operation == "CREATE"`
	conditions := []any{
		condition("not-of-gameday", "![object, oldObject].exists(o, o != null && has(o.metadata) && ("+marked+"))"),
		condition("not-the-control", fmt.Sprintf("!(%s && object.metadata.name == %q)", configMap, controlName(id))),
	}
	if !createsConfigMaps(values) {
		conditions = append(conditions, condition("only-the-tried", fmt.Sprintf("!(%s) || object.metadata.name in [%q, %q]", configMap, triedName(id), webhook.ReachedName(id))))
	}
	return conditions
}

// reviewMetadata lets the target namespaces own what is in none. It selects them by name: when they are deleted, with the
// claims and the reapers in them, it goes too, before others of these names are made.
func reviewMetadata(name string, targets []providers.Target) map[string]any {
	var owners []any
	for _, t := range targets {
		if t.UID == "" {
			return map[string]any{"name": name} // the owners that are known would take it along too early
		}
		owners = append(owners, map[string]any{"apiVersion": "v1", "kind": "Namespace", "name": t.Name, "uid": t.UID})
	}
	return map[string]any{"name": name, "ownerReferences": owners}
}

func condition(name, expression string) map[string]any {
	return map[string]any{"name": name, "expression": expression}
}

// reviewNamespaces selects the namespaces by the name that each has as a label.
func reviewNamespaces(targets []providers.Target) map[string]any {
	var names []string
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return map[string]any{"matchExpressions": []any{
		map[string]any{"key": "kubernetes.io/metadata.name", "operator": "In", "values": names},
	}}
}
