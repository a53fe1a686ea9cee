package manifest

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// manager owns the fields that are applied.
const manager = "gameday"

// Applier applies objects to a cluster.
type Applier struct {
	Client    dynamic.Interface
	Discovery discovery.DiscoveryInterface
	Progress  func(step string) // one short phrase; never nil, called from one goroutine
}

// Apply applies objects in their order, as `kubectl apply --server-side` does, with
// the say over fields that others manage. What has no namespace where it needs one
// goes to "default". Twice is once.
func (a Applier) Apply(ctx context.Context, objects []Object) error {
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(a.Discovery))
	for i, o := range objects {
		if err := a.apply(ctx, mapper, o); err != nil {
			return fmt.Errorf("%s: apply %s: %w", o.File, describe(o), err)
		}
		if o.GetKind() == "CustomResourceDefinition" {
			if err := a.established(ctx, o); err != nil {
				return err
			}
			mapper.Reset() // it is a kind from now on
		}
		if i == len(objects)-1 {
			a.Progress(fmt.Sprintf("applied %d objects", len(objects)))
		}
	}
	return nil
}

func (a Applier) apply(ctx context.Context, mapper meta.RESTMapper, o Object) error {
	client, err := a.resource(mapper, o)
	if err != nil {
		return err
	}
	text, err := json.Marshal(o.Object)
	if err != nil {
		return err
	}
	force := true
	_, err = client.Patch(ctx, o.GetName(), types.ApplyPatchType, text, metav1.PatchOptions{FieldManager: manager, Force: &force})
	return err
}

// resource is where an object belongs; it completes its namespace.
func (a Applier) resource(mapper meta.RESTMapper, o Object) (dynamic.ResourceInterface, error) {
	kind := o.GroupVersionKind()
	mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("the cluster has no %s in %s: its definition must be among the manifests, or there already: %w", kind.Kind, o.GetAPIVersion(), err)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return a.Client.Resource(mapping.Resource), nil
	}
	if o.GetNamespace() == "" {
		o.SetNamespace(metav1.NamespaceDefault)
	}
	return a.Client.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
}

// describe is "deployment shop/payments".
func describe(o Object) string {
	name := o.GetName()
	if o.GetNamespace() != "" {
		name = o.GetNamespace() + "/" + name
	}
	return lower(o.GetKind()) + " " + name
}
