package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"

	"github.com/gameday-dev/gameday/providers"
)

// wanted is a kind of object as people write it: "Deployment", "deployments",
// "deploy".
type wanted struct{ group, version, kind string }

// apiResource is what the API server has under that.
type apiResource struct {
	schema.GroupVersionResource

	kind       string
	namespaced bool
}

// find asks the API server which of its resources is meant, where a catalogue does
// not tell.
func (w wanted) find(ctx context.Context, known *catalogue, api discovery.DiscoveryInterface) (apiResource, providers.Diagnostics) {
	if lists := known.lists(w); lists != nil {
		if found, diags := w.choose(lists, nil); !diags.HasErrors() {
			return found, nil
		} // or else the kind may be newer than the catalogue
	}
	type answer struct {
		lists []*metav1.APIResourceList
		err   error
	}
	answers := make(chan answer, 1)
	go func() { // discovery knows no contexts
		lists, err := w.lists(api)
		answers <- answer{lists, err}
	}()
	select {
	case a := <-answers:
		if a.err == nil {
			known.keep(w, a.lists)
		}
		return w.choose(a.lists, a.err)
	case <-ctx.Done():
		return apiResource{}, providers.Errorf(nil, "Cannot reach the cluster", "It did not say in time which kinds of object it has: %s.", ctx.Err())
	}
}

// lists are the kinds to choose from. Groups whose own server is away are left out.
func (w wanted) lists(api discovery.DiscoveryInterface) ([]*metav1.APIResourceList, error) {
	if w.version == "" {
		return api.ServerPreferredResources()
	}
	list, err := api.ServerResourcesForGroupVersion(schema.GroupVersion{Group: w.group, Version: w.version}.String())
	return []*metav1.APIResourceList{list}, err
}

func (w wanted) choose(lists []*metav1.APIResourceList, failed error) (apiResource, providers.Diagnostics) {
	var found []apiResource
	for _, list := range lists {
		found = append(found, w.among(list)...)
	}
	path := cty.GetAttrPath("kind")
	switch {
	case len(found) == 0 && failed != nil:
		return apiResource{}, providers.Errorf(path, "Unknown kind", "The API server did not tell of %s: %s.", w, failed)
	case len(found) == 0:
		return apiResource{}, providers.Errorf(path, "Unknown kind",
			"The cluster has no %s that can be watched. Its kinds are what kubectl api-resources lists.", w)
	case len(found) > 1 && found[0].Group != "": // the core group comes first where a name is in several
		return apiResource{}, providers.Errorf(cty.GetAttrPath("group"), "Which group?",
			"The cluster has a %s in several groups: set group to %s.", w.kind, strings.Join(groupsOf(found), " or "))
	}
	return found[0], nil
}

// among are the resources of one group that are meant.
func (w wanted) among(list *metav1.APIResourceList) (found []apiResource) {
	if list == nil {
		return nil
	}
	gv, err := schema.ParseGroupVersion(list.GroupVersion)
	if err != nil || w.group != "" && gv.Group != w.group {
		return nil
	}
	for _, r := range list.APIResources {
		if !strings.Contains(r.Name, "/") && slices.Contains(r.Verbs, "watch") && w.names(r) {
			found = append(found, apiResource{gv.WithResource(r.Name), r.Kind, r.Namespaced})
		}
	}
	return found
}

func (w wanted) names(r metav1.APIResource) bool {
	return strings.EqualFold(w.kind, r.Kind) || strings.EqualFold(w.kind, r.Name) || slices.Contains(r.ShortNames, w.kind)
}

// String is "Deployment of apps/v1".
func (w wanted) String() string {
	of := strings.Trim(w.group+"/"+w.version, "/")
	if of == "" {
		return fmt.Sprintf("kind %q", w.kind)
	}
	return fmt.Sprintf("kind %q of %s", w.kind, of)
}

func groupsOf(found []apiResource) []string {
	var groups []string
	for _, r := range found {
		groups = append(groups, fmt.Sprintf("%q", r.Group))
	}
	return groups
}

// namespaceFor is where to look: what is said, or the only namespace of the fence.
func (r apiResource) namespaceFor(given string, fence []string) (string, providers.Diagnostics) {
	path := cty.GetAttrPath("namespace")
	switch {
	case !r.namespaced && given != "":
		return "", providers.Errorf(path, "No namespaces", "A %s is in no namespace. Leave namespace out.", r.kind)
	case !r.namespaced || given != "":
		return given, nil
	case len(fence) == 1:
		return fence[0], nil
	default:
		return "", providers.Errorf(nil, "Which namespace?",
			"A %s is in a namespace, and the environment does not have exactly one. Set namespace.", r.kind)
	}
}
