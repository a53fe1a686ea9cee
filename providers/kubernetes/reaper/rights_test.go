package reaper

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
)

// TestLeastRights: who changes may change back, who adds may remove, and nothing else.
func TestLeastRights(t *testing.T) {
	rules := []providers.AccessRule{
		{Group: "apps", Resource: "deployments", Verbs: []string{"get", "patch"}},
		{Group: "apps", Resource: "replicasets", Verbs: []string{"get", "patch"}},
		{Resource: "resourcequotas", Verbs: []string{"get", "create", "delete"}},
		{Resource: "services", Verbs: []string{"create", "patch"}},
		{Resource: "secrets", Verbs: []string{"get", "list"}},
		{Resource: "pods", Verbs: []string{"delete"}},
		{Resource: "pods/eviction", Verbs: []string{"create"}},
		{Resource: "nodes", Verbs: []string{"patch"}, Cluster: true},
	}
	rule := func(group, resource string, verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: verbs}
	}
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{
		rule("apps", "deployments", "get", "patch"), rule("apps", "replicasets", "get", "list", "patch"),
		rule("", "resourcequotas", "delete", "get"), rule("", "services", "delete", "get", "patch"),
	}, undoRights(rules, false)))
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{rule("", "nodes", "get", "patch")}, undoRights(rules, true)))

	assert.Empty(t, Rules(rules[4:7]), "nothing of it is a reaper's to undo")
	for _, r := range Rules(rules[:3]) {
		assert.False(t, r.Cluster, "%+v", r)
	}
	assert.Len(t, Rules(rules), 6)
}

// TestPodIsRestricted: as the strictest Pod Security level asks for.
func TestPodIsRestricted(t *testing.T) {
	p := post{Cluster: &cluster.Cluster{Access: cluster.Access{AgentImage: "agent:1"}}, run: "r", namespace: "shop", account: &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "gameday-reaper-x", UID: "u"}}}
	pod := p.pod()
	c := pod.Spec.Containers[0]
	assert.Equal(t, "agent:1", c.Image)
	assert.True(t, *pod.Spec.SecurityContext.RunAsNonRoot)
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.Spec.SecurityContext.SeccompProfile.Type)
	assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
	assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
	assert.Equal(t, "ServiceAccount", pod.OwnerReferences[0].Kind)
	assert.NotEmpty(t, c.Resources.Limits)
}

func TestWantedIsADuration(t *testing.T) {
	now := time.Now()
	assert.Equal(t, time.Minute, mark.For(mark.Wanted(now, time.Minute)))
	assert.NotEqual(t, mark.Wanted(now, time.Minute), mark.Wanted(now.Add(time.Second), time.Minute), "asked again is asked anew")
	assert.Zero(t, mark.For(mark.Wanted(now, -time.Minute)))
	assert.Zero(t, mark.For("garbage"))
	assert.Zero(t, mark.For(""))
}
