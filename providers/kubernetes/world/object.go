package world

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"
)

// A Ref names an object of a kind that no world holds.
type Ref struct {
	Kind            string // "configmap", "secret", "persistentvolumeclaim", "namespace"
	Namespace, Name string
}

// Object is the metadata of an object that was looked up by name.
type Object struct {
	Kind string // as in Ref
	metav1.ObjectMeta
}

// With is the same world and the objects that were looked up beside it.
func (w *World) With(objects []Object) *World {
	return &World{
		Read: w.Read, Namespaces: w.Namespaces, Denied: w.Denied, Objects: slices.Concat(w.Objects, objects),
		Pods: w.Pods, Nodes: w.Nodes, Deployments: w.Deployments, ReplicaSets: w.ReplicaSets,
		StatefulSets: w.StatefulSets, DaemonSets: w.DaemonSets, Budgets: w.Budgets, Services: w.Services, Slices: w.Slices,
		tables: w.index(),
	}
}

// LookUp reads the metadata of objects, never what is in them. Those that are not
// there are left out.
func LookUp(ctx context.Context, client metadata.Interface, refs []Ref) ([]Object, error) {
	found := make([]*Object, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(20)
	for i, ref := range refs {
		group.Go(func() (err error) { found[i], err = lookUp(ctx, client, ref); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []Object
	for _, o := range found {
		if o != nil {
			out = append(out, *o)
		}
	}
	return out, nil
}

// ErrUnknownKind says that a Ref is of a kind that cannot be looked up.
var ErrUnknownKind = errors.New("unknown kind")

func lookUp(ctx context.Context, client metadata.Interface, ref Ref) (*Object, error) {
	plural := map[string]string{
		"configmap": "configmaps", "secret": "secrets", "persistentvolumeclaim": "persistentvolumeclaims", "namespace": "namespaces",
	}[ref.Kind]
	if plural == "" {
		return nil, fmt.Errorf("look up %s %s: %w", ref.Kind, ref.Name, ErrUnknownKind)
	}
	o, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: plural}).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil //nolint:nilnil // what is not there is neither an object nor an error
	case err != nil:
		return nil, fmt.Errorf("look up %s %s: %w", ref.Kind, ref.Name, err)
	}
	o.ManagedFields = nil
	return &Object{Kind: ref.Kind, ObjectMeta: o.ObjectMeta}, nil
}
