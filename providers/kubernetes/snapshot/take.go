package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
)

// A Snapshot is every object that was asked for, by a key that a like one shares.
type Snapshot map[string]map[string]any

// Taker reads snapshots of a cluster.
type Taker struct {
	discovery discovery.DiscoveryInterface
	dynamic   dynamic.Interface
}

// NewTaker asks for the kinds once: a Taker is for a time in which none is added.
func NewTaker(kinds discovery.DiscoveryInterface, objects dynamic.Interface) Taker {
	return Taker{discovery: memory.NewMemCacheClient(kinds), dynamic: objects}
}

// atOnce bounds the lists that are read at the same time.
const atOnce = 10

// Take reads every listable kind in the namespaces, and the cluster-scoped kinds
// that are named by their plurals: "nodes", "validatingwebhookconfigurations".
func (t Taker) Take(ctx context.Context, namespaces, clusterKinds []string) (Snapshot, error) {
	resources, err := t.resources()
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	found := map[string][]unstructured.Unstructured{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	read := func(client dynamic.ResourceInterface, name string) {
		group.Go(func() error {
			list, err := client.List(ctx, metav1.ListOptions{})
			if err != nil {
				return fmt.Errorf("list %s: %w", name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			found[name] = list.Items
			return nil
		})
	}
	for _, r := range resources {
		at := schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Name}
		switch {
		case !r.Namespaced && slices.Contains(clusterKinds, r.Name):
			read(t.dynamic.Resource(at), r.Name)
		case r.Namespaced:
			for _, ns := range namespaces {
				read(t.dynamic.Resource(at).Namespace(ns), ns+"/"+r.Name)
			}
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return of(found), nil
}

// resources are the preferred versions of whatever can be listed and is not
// derived from the rest.
func (t Taker) resources() ([]metav1.APIResource, error) {
	lists, err := t.discovery.ServerPreferredResources()
	if err != nil {
		return nil, fmt.Errorf("ask for the kinds: %w", err)
	}
	var out []metav1.APIResource
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, r := range list.APIResources {
			r.Group, r.Version = gv.Group, gv.Version
			if slices.Contains(r.Verbs, "list") && !strings.Contains(r.Name, "/") && !derived(r.Name, gv.Group) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// derived reports whether objects of a kind are made by controllers from others.
func derived(resource, group string) bool {
	return resource == "events" || resource == "endpoints" || resource == "endpointslices" || group == "metrics.k8s.io" || resource == "componentstatuses"
}

func of(found map[string][]unstructured.Unstructured) Snapshot {
	s := Snapshot{}
	for name, items := range found {
		for i := range items {
			if items[i].GetDeletionTimestamp() != nil {
				continue // on its way out
			}
			fields := plain(items[i].Object)
			s[s.free(name+"/"+identity(&items[i]))] = fields
		}
	}
	return s
}

// free is a key that is not taken: like ones are counted. Which of them gets which
// number does not matter, because they are compared as a set.
func (s Snapshot) free(key string) string {
	for n := 1; ; n++ {
		numbered := fmt.Sprintf("%s #%d", key, n)
		if _, taken := s[numbered]; !taken {
			return numbered
		}
	}
}

// identity is the name of an object, and of one whose controller makes up names
// that of the controller.
func identity(o *unstructured.Unstructured) string {
	if o.GetKind() == "Pod" {
		if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
			return "of " + owner.Kind + "/" + owner.Name
		}
	}
	return o.GetName()
}
