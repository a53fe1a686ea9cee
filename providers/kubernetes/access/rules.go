package access

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/gameday-dev/gameday/providers"
)

// policyRules puts rules in the terms of a role: resources of one group with the
// same verbs share one.
func policyRules(rules []providers.AccessRule) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for _, r := range Merged(rules) {
		verbs := slices.Sorted(slices.Values(r.Verbs))
		i := slices.IndexFunc(out, func(o rbacv1.PolicyRule) bool {
			return o.APIGroups[0] == r.Group && slices.Equal(o.Verbs, verbs)
		})
		if i >= 0 {
			out[i].Resources = append(out[i].Resources, r.Resource)
			continue
		}
		out = append(out, rbacv1.PolicyRule{APIGroups: []string{r.Group}, Resources: []string{r.Resource}, Verbs: verbs})
	}
	for i := range out {
		slices.Sort(out[i].Resources)
	}
	slices.SortFunc(out, func(a, b rbacv1.PolicyRule) int {
		return cmp.Or(cmp.Compare(a.APIGroups[0], b.APIGroups[0]), slices.Compare(a.Resources, b.Resources))
	})
	return out
}
