package reaper

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

func TestPlaces(t *testing.T) {
	for path, want := range map[string]place{
		"/api/v1/namespaces/shop/secrets/keys":                        {"", "shop", "secrets", "keys"},
		"/apis/apps/v1/namespaces/shop/deployments/web":               {"apps", "shop", "deployments", "web"},
		"/apis/apps/v1/namespaces/shop/replicasets?labelSelector=a/b": {"apps", "shop", "replicasets", ""},
		"/api/v1/nodes/worker":                                        {"", "", "nodes", "worker"},
		"/api/v1/namespaces/shop":                                     {"", "", "namespaces", "shop"},
		"/apis/rbac.authorization.k8s.io/v1/clusterroles/x":           {"rbac.authorization.k8s.io", "", "clusterroles", "x"},
		"": {}, "/apis": {}, "/api/v1": {},
	} {
		assert.Equal(t, want, placeOf(path), path)
	}
}

// TestConfined: one Secret's undo is no right to read the others.
func TestConfined(t *testing.T) {
	rules := []providers.AccessRule{
		{Resource: "secrets", Verbs: []string{"get", "patch"}},
		{Group: "apps", Resource: "deployments", Verbs: []string{"get", "patch"}},
		{Group: "apps", Resource: "replicasets", Verbs: []string{"get", "list", "patch"}},
		{Group: "apps", Resource: "statefulsets", Verbs: []string{"get", "patch"}},
		{Resource: "resourcequotas", Verbs: []string{"create"}},
		{Resource: "nodes", Verbs: []string{"patch"}, Cluster: true},
	}
	steps := []undo.Step{
		{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/secrets/keys"},
		{Kind: undo.Restore, Path: "/api/v1/namespaces/shop/secrets/certs"},
		{Kind: undo.Restore, Path: "/api/v1/namespaces/bank/secrets/gold"},
		{Kind: undo.Forget, Path: "/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dweb"},
		{Kind: undo.Restore, Path: "/apis/apps/v1/namespaces/shop/deployments/web"},
		{Kind: undo.Remove, Path: "/api/v1/namespaces/shop/resourcequotas/gameday-1"},
		{Kind: undo.Restore, Path: "/api/v1/nodes/worker"},
	}
	rule := func(group, resource string, names []string, verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: names, Verbs: verbs}
	}
	inNamespace, ofCluster := undoRights(rules, false), undoRights(rules, true)
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{
		rule("", "secrets", []string{"certs", "keys"}, "get", "patch"),
		rule("apps", "deployments", []string{"web"}, "get", "patch"),
		rule("apps", "replicasets", nil, "get", "list", "patch"),
		rule("", "resourcequotas", []string{"gameday-1"}, "delete", "get"),
	}, confined(inNamespace, steps, "shop")))
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{rule("", "secrets", []string{"gold"}, "get", "patch")}, confined(inNamespace, steps, "bank")))
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{rule("", "nodes", []string{"worker"}, "get", "patch")}, confined(ofCluster, steps, "")))
	assert.Empty(t, confined(inNamespace, nil, "shop"))
}
