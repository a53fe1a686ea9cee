package access_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/access"
)

// server answers reviews by their text; it counts them.
func server(denied ...string) (*fake.Clientset, *atomic.Int64) {
	client, asked := fake.NewClientset(), &atomic.Int64{}
	client.PrependReactor("create", "selfsubjectaccessreviews", func(a clienttesting.Action) (bool, runtime.Object, error) {
		asked.Add(1)
		create, _ := a.(clienttesting.CreateAction)
		review, _ := create.GetObject().(*authorizationv1.SelfSubjectAccessReview)
		of := review.Spec.ResourceAttributes
		resource := of.Resource
		if of.Subresource != "" {
			resource += "/" + of.Subresource
		}
		review.Status.Allowed = !slices.Contains(denied, access.Text([]string{of.Verb}, of.Group, resource, of.Namespace))
		return true, review, nil
	})
	return client, asked
}

func rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "pods", Verbs: []string{"list"}, Why: "choose targets"},
		{Resource: "services", Verbs: []string{"list"}, Why: "tell which services lose endpoints"},
		{Resource: "nodes", Verbs: []string{"list"}, Cluster: true, Why: "tell where pods run"},
		{Group: "apps", Resource: "deployments", Verbs: []string{"get", "patch"}, Why: "set the replicas"},
		{Resource: "pods", Verbs: []string{"delete"}, Why: "delete them"},
		{Resource: "pods/eviction", Verbs: []string{"create"}, Why: "evict them"},
	}
}

func TestWhatIsHeldIsTold(t *testing.T) {
	client, asked := server()
	told, err := access.Check(t.Context(), client, rules(), []string{"shop", "canary", "shop"})
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff([]providers.Permission{
		{Action: "list, delete pods in canary", Held: true},
		{Action: "list, delete pods in shop", Held: true},
		{Action: "list services in canary", Held: true},
		{Action: "list services in shop", Held: true},
		{Action: "list nodes", Held: true},
		{Action: "get, patch apps/deployments in canary", Held: true},
		{Action: "get, patch apps/deployments in shop", Held: true},
		{Action: "create pods/eviction in canary", Held: true},
		{Action: "create pods/eviction in shop", Held: true},
	}, told))
	assert.EqualValues(t, 13, asked.Load(), "each verb, resource and place once")
}

func TestRightsThatAreAlikeShareALine(t *testing.T) {
	client, _ := server()
	alike := []providers.AccessRule{
		{Resource: "services", Verbs: []string{"list"}}, {Group: "apps", Resource: "deployments", Verbs: []string{"list"}},
	}
	told, err := access.Check(t.Context(), client, alike, []string{"shop"})
	require.NoError(t, err)
	assert.Equal(t, []providers.Permission{{Action: "list services, apps/deployments in shop", Held: true}}, told)
}

func TestWhatIsMissingHasALineOfItsOwn(t *testing.T) {
	client, _ := server("patch apps/deployments in shop", "list nodes")
	told, err := access.Check(t.Context(), client, rules(), []string{"shop"})
	require.NoError(t, err)
	assert.Contains(t, told, providers.Permission{Action: "get apps/deployments in shop", Held: true})
	assert.Contains(t, told, providers.Permission{Action: "patch apps/deployments in shop", Detail: "set the replicas"})
	assert.Contains(t, told, providers.Permission{Action: "list nodes", Detail: "tell where pods run"})
}

func TestWithoutNamespacesTheClusterIsAsked(t *testing.T) {
	client, _ := server("list pods")
	told, err := access.Check(t.Context(), client, rules()[:1], nil)
	require.NoError(t, err)
	assert.Equal(t, []providers.Permission{{Action: "list pods", Detail: "choose targets"}}, told)
}

func TestEveryQuestionIsAskedOnce(t *testing.T) {
	client, asked := server()
	var c access.Checker
	_, err := c.Check(t.Context(), client, rules(), []string{"shop"})
	require.NoError(t, err)
	before := asked.Load()
	_, err = c.Check(t.Context(), client, append(rules(), providers.AccessRule{Resource: "events", Verbs: []string{"list"}}), []string{"shop"})
	require.NoError(t, err)
	assert.Equal(t, before+1, asked.Load(), "only what is new")
}

func TestAServerThatDoesNotAnswerIsAnError(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("create", "selfsubjectaccessreviews", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, errors.New("no route to host")
	})
	_, err := access.Check(t.Context(), client, rules(), []string{"shop"})
	assert.ErrorContains(t, err, "ask what this user may do: no route to host")
}

func TestRolesHoldWhatTheRulesSay(t *testing.T) {
	roles := access.RolesFor("gameday", rules(), []string{"shop", "canary"}, access.Subject{Kind: "ServiceAccount", Namespace: "ci", Name: "gameday"})
	require.NotNil(t, roles.ClusterRole)
	assert.Equal(t, []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"list"}}}, roles.ClusterRole.Rules)
	require.Len(t, roles.Roles, 2)
	assert.Equal(t, "canary", roles.Roles[0].Namespace)
	assert.Empty(t, cmp.Diff([]rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"delete", "list"}},
		{APIGroups: []string{""}, Resources: []string{"pods/eviction"}, Verbs: []string{"create"}},
		{APIGroups: []string{""}, Resources: []string{"services"}, Verbs: []string{"list"}},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"get", "patch"}},
	}, roles.Roles[0].Rules))
	assert.Equal(t, rbacv1.Subject{Kind: "ServiceAccount", Namespace: "ci", Name: "gameday"}, roles.RoleBindings[1].Subjects[0])

	text, err := roles.YAML()
	require.NoError(t, err)
	assert.Contains(t, string(text), "kind: ClusterRoleBinding")
	assert.NotContains(t, string(text), "creationTimestamp")
}

func TestWithoutNamespacesEverythingIsInTheClusterRole(t *testing.T) {
	roles := access.RolesFor("gameday", rules(), nil, access.Subject{})
	assert.Empty(t, roles.Roles)
	assert.Nil(t, roles.ClusterRoleBinding, "bound to nobody")
	assert.Len(t, roles.ClusterRole.Rules, 5-1, "list nodes and list services share one")
}

func TestARuleMayNameItsNamespace(t *testing.T) {
	claims := providers.AccessRule{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"create"}, Namespace: "default", Why: "claim the targets"}
	client, _ := server("create coordination.k8s.io/leases in default")
	told, err := access.Check(t.Context(), client, []providers.AccessRule{claims}, []string{"shop"})
	require.NoError(t, err)
	assert.Equal(t, []providers.Permission{{Action: "create coordination.k8s.io/leases in default", Detail: "claim the targets"}}, told)

	roles := access.RolesFor("gameday", append(rules(), claims), []string{"shop"}, access.Subject{})
	require.Len(t, roles.Roles, 2)
	assert.Equal(t, "default", roles.Roles[0].Namespace)
	assert.Equal(t, "leases", roles.Roles[0].Rules[0].Resources[0])
	assert.Equal(t, "shop", roles.Roles[1].Namespace)
}
