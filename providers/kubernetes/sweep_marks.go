package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// stray is an object that carries the mark of a fault.
type stray struct {
	id, run string // run is empty for changed objects: only the fault's id stands there
	kind    string // plural, for people
	name    string
	step    undo.Step
}

// touched are the kinds of object that faults change or add, from the rights that
// they need.
func (p *Provider) touched() (changed, added []schema.GroupResource) {
	for _, f := range append(p.faults(), p.operated...) {
		for _, r := range f.(*fault).rules() { //nolint:forcetypeassert // there are no others
			kind := schema.GroupResource{Group: r.Group, Resource: r.Resource}
			if strings.Contains(r.Resource, "/") {
				continue
			}
			if slices.Contains(r.Verbs, "patch") && !slices.Contains(changed, kind) {
				changed = append(changed, kind)
			}
			if slices.Contains(r.Verbs, "create") && !slices.Contains(added, kind) {
				added = append(added, kind)
			}
		}
	}
	return changed, added
}

// marked finds the objects that faults have changed or added, by annotation and
// label, of whatever is known to be changed or added. Only metadata is read.
func (w *sweeping) marked(ctx context.Context) []stray {
	client, err := metadata.NewForConfig(w.Config)
	if err != nil {
		w.diags = append(w.diags, providers.Errorf(nil, "Changed objects are not looked for", "%s.", capital(err))...)
		return nil
	}
	served, err := w.served()
	if err != nil {
		w.diags = append(w.diags, providers.Errorf(nil, "Changed objects are not looked for", "What the cluster serves could not be read: %s.", err)...)
		return nil
	}
	var out []stray
	changed, added := w.provider.touched()
	for _, kind := range changed {
		out = append(out, w.list(ctx, client, served[kind], metav1.ListOptions{}, changedBy)...)
	}
	for _, kind := range added {
		out = append(out, w.list(ctx, client, served[kind], metav1.ListOptions{LabelSelector: undo.LabelFault + ",!" + claim.Label}, addedBy)...)
	}
	w.tellUnlisted()
	return out
}

// serving is how a kind is served.
type serving struct {
	schema.GroupVersionResource
	namespaced bool
}

func (w *sweeping) served() (map[schema.GroupResource]serving, error) {
	lists, err := w.Typed.Discovery().ServerPreferredResources()
	if err != nil && len(lists) == 0 {
		return nil, err // of some groups only, it may fail: a dead aggregated API
	}
	out := map[schema.GroupResource]serving{}
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for i := range list.APIResources {
			r := &list.APIResources[i]
			out[schema.GroupResource{Group: version.Group, Resource: r.Name}] = serving{version.WithResource(r.Name), r.Namespaced}
		}
	}
	return out, nil
}

// list reads the metadata of one kind, in the fence where it has one.
func (w *sweeping) list(ctx context.Context, client metadata.Interface, kind serving, o metav1.ListOptions, find func(serving, *metav1.PartialObjectMetadata) []stray) []stray {
	if kind.Resource == "" {
		return nil
	}
	namespaces := w.Access.Namespaces
	if !kind.namespaced || len(namespaces) == 0 {
		namespaces = []string{metav1.NamespaceAll}
	}
	var out []stray
	for _, ns := range namespaces {
		for {
			o.Limit = 500
			all, err := client.Resource(kind.GroupVersionResource).Namespace(ns).List(ctx, o)
			if err != nil {
				if apierrors.IsForbidden(err) {
					w.unlisted = append(w.unlisted, strings.TrimSuffix(kind.Resource+" in "+ns, " in "))
				} else if !apierrors.IsNotFound(err) {
					w.diags = append(w.diags, providers.Errorf(nil, "Not everything was looked at", "Listing %s: %s.", kind.Resource, err)...)
				}
				break
			}
			for i := range all.Items {
				out = append(out, find(kind, &all.Items[i])...)
			}
			if o.Continue = all.Continue; o.Continue == "" {
				break
			}
		}
	}
	return out
}

func changedBy(kind serving, o *metav1.PartialObjectMetadata) []stray {
	var out []stray
	for key := range o.Annotations {
		id, isOurs := strings.CutPrefix(key, undo.Annotation(""))
		if !isOurs {
			continue
		}
		found := kind.stray(o, id, undo.Restore)
		if owner := metav1.GetControllerOf(o); owner != nil && kind.Resource == "replicasets" { // a copy of its Deployment's
			found.step = undo.Step{Kind: undo.Forget, Path: strings.TrimSuffix(found.step.Path, "/"+o.Name), UID: string(owner.UID)}
		}
		out = append(out, found)
	}
	return out
}

func addedBy(kind serving, o *metav1.PartialObjectMetadata) []stray {
	return []stray{kind.stray(o, o.Labels[undo.LabelFault], undo.Remove)}
}

func (k serving) stray(o *metav1.PartialObjectMetadata, id string, how undo.StepKind) stray {
	path := "/apis/" + k.Group + "/" + k.Version
	if k.Group == "" {
		path = "/api/" + k.Version
	}
	name := o.Name
	if o.Namespace != "" {
		path += "/namespaces/" + o.Namespace
		name = o.Namespace + "/" + o.Name
	}
	return stray{
		id: id, run: o.Labels[undo.LabelRun], kind: strings.TrimSuffix(k.Resource, "s"), name: name,
		step: undo.Step{Kind: how, Path: fmt.Sprintf("%s/%s/%s", path, k.Resource, o.Name), UID: string(o.UID)},
	}
}
