package world

import (
	"cmp"
	"slices"
	"sync"
)

// AllNamespaces stands in Denied for a list of the whole cluster.
const AllNamespaces = "all namespaces"

// denial is a list that this user may not read.
type denial struct{ resource, namespace string }

// String is "pods in shop", as permissions are told.
func (d denial) String() string {
	switch {
	case d.namespace != "":
		return d.resource + " in " + d.namespace
	case d.resource == "nodes":
		return d.resource
	default:
		return d.resource + " in " + AllNamespaces
	}
}

// denials are collected by several goroutines.
type denials struct {
	mu  sync.Mutex
	all []denial
}

func (d *denials) add(what denial) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, what)
}

func (r *reader) denials() []string {
	slices.SortFunc(r.denied.all, func(a, b denial) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.resource, b.resource))
	})
	var out []string
	for _, d := range r.denied.all {
		out = append(out, d.String())
	}
	return out
}
