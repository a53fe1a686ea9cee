package kubernetes

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
)

// TestNoRightsForAReaperThatWillNotBe: what is undone on nodes alone asks for no service accounts and roles.
func TestNoRightsForAReaperThatWillNotBe(t *testing.T) {
	reaps := func(b behavior) bool {
		return slices.ContainsFunc((&fault{behavior: b, provider: New()}).AccessRules(), func(r providers.AccessRule) bool { return r.Resource == "serviceaccounts" })
	}
	assert.False(t, reaps(newKubeletStop()), "its privileged pod is for recover and sweep to remove")
	assert.True(t, reaps(containerKill{}), "its privileged pod is a step")
	assert.True(t, reaps(nodeCordon{}))
	assert.True(t, reaps(podFailure{}))
}

// TestLeasesOfKubeletsAreInOneNamespace: nobody needs to read those of the whole cluster for them.
func TestLeasesOfKubeletsAreInOneNamespace(t *testing.T) {
	for _, r := range newKubeletStop().rules() {
		if r.Resource == "leases" {
			assert.Equal(t, nodes.LeaseNamespace, r.Namespace)
			assert.False(t, r.Cluster)
		}
	}
}

// TestARoleWouldHelp: the command that a plan shows writes a role for every namespace that could not be read.
func TestARoleWouldHelp(t *testing.T) {
	for name, c := range map[string]struct{ denied, want []string }{
		"all was read":             {nil, []string{"shop"}},
		"nodes were not":           {[]string{"nodes"}, []string{"shop"}},
		"nor another of the fence": {[]string{"nodes", "pods in canary", "services in canary", "pods in shop"}, []string{"shop", "canary"}},
		"there is no fence":        {[]string{"pods in all namespaces"}, nil},
	} {
		assert.Equal(t, c.want, withDenied([]string{"shop"}, c.denied), name)
	}
}
