// Package access checks and generates rights: SelfSubjectAccessReview for a plan,
// the least role for a fault type.
package access

import (
	"context"
	"slices"
	"strings"

	"k8s.io/client-go/kubernetes"

	"github.com/gameday-dev/gameday/providers"
)

// Check asks the API server whether this user holds every rule, in each of the
// namespaces. The answers are in the order of the rules; rights that are held
// and alike in verbs and place are one. Of a right that is missing, the detail is
// what it is for.
func Check(ctx context.Context, client kubernetes.Interface, rules []providers.AccessRule, namespaces []string) ([]providers.Permission, error) {
	return (&Checker{}).Check(ctx, client, rules, namespaces)
}

// Text of a right as plans tell it: "patch apps/deployments in shop".
func Text(verbs []string, group, resource, namespace string) string {
	return strings.Join(verbs, ", ") + " " + Resource(group, resource) + place(namespace)
}

// Resource is a resource with its group, as in "apps/deployments".
func Resource(group, resource string) string {
	if group == "" {
		return resource
	}
	return group + "/" + resource
}

func place(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in " + namespace
}

// question is what one SelfSubjectAccessReview asks.
type question struct{ verb, group, resource, namespace string }

// questions are those that a set of rules comes to, each once.
func questions(rules []providers.AccessRule, namespaces []string) []question {
	var out []question
	seen := map[question]bool{}
	for _, r := range rules {
		for _, ns := range placesOf(r, namespaces) {
			for _, verb := range r.Verbs {
				if q := (question{verb, r.Group, r.Resource, ns}); !seen[q] {
					seen[q] = true
					out = append(out, q)
				}
			}
		}
	}
	return out
}

// placesOf are the namespaces in which a rule is needed; the empty one stands for
// the cluster as a whole.
func placesOf(r providers.AccessRule, namespaces []string) []string {
	switch {
	case r.Namespace != "":
		return []string{r.Namespace}
	case r.Cluster || len(namespaces) == 0:
		return []string{""}
	}
	return slices.Compact(slices.Sorted(slices.Values(namespaces)))
}
