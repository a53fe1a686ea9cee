package target

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers/schema"
)

func block(kind Kind) schema.NestedBlock {
	return schema.NestedBlock{
		Name: blockName, Nesting: schema.Single, Required: kind != Cluster,
		Block: &schema.Block{
			Description: description(kind),
			Attributes:  attributes(kind),
			Exclusive:   exclusive(kind),
		},
	}
}

const blockName = "target"

func description(kind Kind) string {
	switch {
	case kind == Cluster:
		return "The cluster as a whole; nothing is to be chosen."
	case kind == Namespace:
		return "Which namespaces. Without any, all of those that the environment allows."
	case kind.byName():
		return fmt.Sprintf("Which %s, by namespace and name.", kind.plural())
	default:
		return fmt.Sprintf("Which %s. All conditions must hold; a block without any means all of those in the namespaces that the environment allows.", kind.plural())
	}
}

// byName reports whether objects of a kind are chosen by name only: they are not
// part of a world, because reading all of them would read secrets.
func (k Kind) byName() bool { return k == ConfigMap || k == Secret || k == Claim }

func (k Kind) namespaced() bool { return k != Node && k != Namespace && k != Cluster }

func (k Kind) plural() string {
	switch k {
	case ConfigMap:
		return "ConfigMaps"
	case Secret:
		return "Secrets"
	case Claim:
		return "PersistentVolumeClaims"
	default:
		return string(k) + "s"
	}
}

// attributes are those of the vocabulary that mean something for a kind.
func attributes(kind Kind) []schema.Attribute {
	switch {
	case kind == Cluster:
		return nil
	case kind == Namespace:
		return append(namespaceAttributes(kind), countAttributes()...)
	case kind.byName():
		return []schema.Attribute{
			{Name: "namespace", Type: text(), Required: true, Description: "Where they are.", Example: `"shop"`},
			{Name: "names", Type: texts(), Required: true, Description: fmt.Sprintf("Names of %s.", kind.plural()), Example: `["payments"]`},
		}
	}
	var all []schema.Attribute
	if kind.namespaced() {
		all = namespaceAttributes(kind)
	}
	all = append(all, commonAttributes(kind)...)
	switch kind {
	case Pod:
		all = append(all, podAttributes()...)
	case Node:
		all = append(all, readyAttribute(kind))
	}
	return append(all, countAttributes()...)
}

func text() schema.Type    { return schema.Type{Kind: schema.String} }
func texts() schema.Type   { return schema.Type{Kind: schema.String, Of: schema.ListOf} }
func textMap() schema.Type { return schema.Type{Kind: schema.String, Of: schema.MapOf} }

func namespaceAttributes(kind Kind) []schema.Attribute {
	rest := "all that the environment allows; without a fence, all but those of Kubernetes itself"
	if kind == Namespace {
		rest = "all that the environment allows"
	}
	return []schema.Attribute{
		{Name: "namespace", Type: text(), Description: "The namespace; without it and namespaces, " + rest + ".", Example: `"shop"`},
		{Name: "namespaces", Type: texts(), Description: "Several namespaces.", Example: `["shop", "shop-canary"]`},
	}
}

func commonAttributes(kind Kind) []schema.Attribute {
	names := fmt.Sprintf("Names of %s.", kind.plural())
	if kind == Workload {
		names = "Names of workloads, with or without the kind."
	}
	return []schema.Attribute{
		{Name: "names", Type: texts(), Description: names, Example: exampleNames(kind)},
		{Name: "labels", Type: textMap(), Description: "Labels, all of which must be there with these values.", Example: `{ app = "payments" }`},
		{Name: "expressions", Type: text(), Description: "A label selector as kubectl takes it.", Example: `"tier in (backend, cache), !canary"`},
		{Name: "annotations", Type: textMap(), Description: "Annotations, all of which must be there with these values.", Example: `{ "team" = "checkout" }`},
		{Name: "fields", Type: textMap(), Description: fmt.Sprintf("Fields with these values: %s.", listed(fieldNames(kind))), Example: exampleFields(kind)},
	}
}

func exampleNames(kind Kind) string {
	switch kind {
	case Workload:
		return `["deployment/payments"]`
	case Node:
		return `["worker-2"]`
	default:
		return `["payments"]`
	}
}

func exampleFields(kind Kind) string {
	if kind == Pod {
		return `{ "spec.nodeName" = "worker-2" }`
	}
	return `{ "metadata.name" = "payments" }`
}

func podAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "owner", Type: text(), Description: "The workload that they belong to, as kind/name.", Example: `"deployment/payments"`},
		{Name: "nodes", Type: texts(), Description: "Names of the nodes that they run on.", Example: `["worker-2"]`},
		{Name: "node_labels", Type: textMap(), Description: "Labels of the nodes that they run on, as for the loss of a zone.", Example: `{ "topology.kubernetes.io/zone" = "a" }`},
		{Name: "container", Type: text(), Description: "Name of a container that they have.", Example: `"payments"`},
		{Name: "phase", Type: text(), OneOf: []string{"Pending", "Running", "Unknown"}, Description: "Their phase. Pods that have ended are never chosen.", Example: `"Running"`},
		readyAttribute(Pod),
	}
}

func readyAttribute(kind Kind) schema.Attribute {
	return schema.Attribute{Name: "ready", Type: schema.Type{Kind: schema.Bool}, Description: fmt.Sprintf("Only %s that are ready, or only those that are not.", kind.plural())}
}

func countAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "count", Type: schema.Type{Kind: schema.Whole}, Min: schema.Number(1), Description: "How many to choose by chance, repeatably by the fault's seed. All, when neither count nor percent is set."},
		{Name: "percent", Type: schema.Type{Kind: schema.Percent}, Description: "How many to choose by chance, as a share of those eligible, rounded up."},
	}
}

func exclusive(kind Kind) [][]string {
	var groups [][]string
	if kind == Namespace || kind.namespaced() && !kind.byName() {
		groups = append(groups, []string{"namespace", "namespaces"})
	}
	if kind != Cluster && !kind.byName() {
		groups = append(groups, []string{"count", "percent"})
	}
	return groups
}
