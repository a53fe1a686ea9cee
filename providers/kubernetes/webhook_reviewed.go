package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
)

// reviewed is a resource whose requests are reviewed.
type reviewed struct{ group, resource, subresource string }

// parseReviewed reads "deployments.apps/scale".
func parseReviewed(text string) reviewed {
	name, subresource, _ := strings.Cut(text, "/")
	resource, group, _ := strings.Cut(name, ".")
	return reviewed{group: group, resource: resource, subresource: subresource}
}

// name is the resource as rules and discovery have it: "deployments/scale".
func (r reviewed) name() string {
	if r.subresource == "" {
		return r.resource
	}
	return r.resource + "/" + r.subresource
}

func (r reviewed) String() string {
	text := r.resource
	if r.group != "" {
		text += "." + r.group
	}
	if r.subresource != "" {
		text += "/" + r.subresource
	}
	return text
}

// problem says why requests for it must not be touched; empty when they may.
func (r reviewed) problem() string {
	switch {
	case strings.Contains(r.String(), "*"):
		return "everything at once would hit what the cluster and gameday work by: name each resource"
	case r.resource == "" || strings.Contains(r.subresource, "/"):
		return "expected a plural, its group after a dot and a subresource after a slash, such as deployments.apps/scale"
	case r.group == "coordination.k8s.io":
		return "leases hold gameday's claims and the elections of controllers"
	case r.group == "admissionregistration.k8s.io":
		return "that is how this fault itself is undone"
	}
	return ""
}

// reviewable asks the API server which of the resources there are: a rule about
// one that does not exist is accepted, and matches nothing.
func (s *session) reviewable(texts []string) providers.Diagnostics {
	_, lists, err := s.Typed.Discovery().ServerGroupsAndResources()
	if len(lists) == 0 {
		return providers.Warningf(cty.GetAttrPath("resources"), "Resources are not known", "The API server did not say which resources it has: %v.", err)
	}
	var diags providers.Diagnostics
	for i, text := range texts {
		if problem := parseReviewed(text).missing(lists); problem != "" {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("resources").IndexInt(i), "Unknown resource", "%s.", problem)...)
		}
	}
	return diags
}

// missing says why a cluster has no such requests in its namespaces; empty when it
// has.
func (r reviewed) missing(lists []*metav1.APIResourceList) string {
	var elsewhere []string
	for _, list := range lists {
		group, _, found := strings.Cut(list.GroupVersion, "/")
		if !found {
			group = ""
		}
		at := slices.IndexFunc(list.APIResources, func(a metav1.APIResource) bool { return a.Name == r.name() })
		switch {
		case at < 0:
			continue
		case group != r.group:
			elsewhere = append(elsewhere, reviewed{group, r.resource, r.subresource}.String())
			continue
		case !list.APIResources[at].Namespaced:
			return fmt.Sprintf("%s belong to the cluster as a whole, and this fault acts in namespaces only", r)
		}
		return ""
	}
	if len(elsewhere) > 0 {
		slices.Sort(elsewhere)
		return fmt.Sprintf("the cluster has no %s, but %s", r, strings.Join(slices.Compact(elsewhere), ", "))
	}
	return fmt.Sprintf("the cluster has no %s", r)
}
