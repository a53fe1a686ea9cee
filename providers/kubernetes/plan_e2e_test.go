//go:build e2e

package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/access"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

func planTexts(diags providers.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Summary+": "+d.Detail)
	}
	return out
}

// TestAPlanTellsWhatIsInTheCluster: exact targets, and what harming them means.
func TestAPlanTellsWhatIsInTheCluster(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	x.post(t, "/apis/policy/v1/namespaces/"+x.namespace+"/poddisruptionbudgets",
		`{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"payments"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"payments"}}}}`)
	require.Eventually(t, func() bool {
		b, err := x.Typed.PolicyV1().PodDisruptionBudgets(x.namespace).Get(t.Context(), "payments", metav1.GetOptions{})
		return err == nil && b.Status.DisruptionsAllowed == 1
	}, apiPatience, apiTick, "the budget's controller has counted")

	plan, diags := x.fault(t, "kubernetes_pod_kill", "target {\n owner = \"deployment/payments\"\n}").plan(t)
	require.False(t, diags.HasErrors(), "%v", diags)
	assert.Equal(t, 2, plan.Eligible)
	assert.Equal(t, 4, plan.Population)
	pods, err := x.Typed.CoreV1().Pods(x.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app=payments"})
	require.NoError(t, err)
	var want []providers.Target
	for _, p := range pods.Items {
		want = append(want, providers.Target{Kind: "pod", Name: x.namespace + "/" + p.Name, UID: string(p.UID), Owner: "deployment/payments"})
	}
	assert.Equal(t, want, plan.Targets)
	assert.Contains(t, plan.Radius, "2 of 2 pods of deployment/payments")
	assert.Equal(t, []string{
		"A disruption budget would be broken: " + x.namespace + "/payments allows 1 disruption now (2 of 2 pods are healthy, it wants 1), and 2 would be hit.",
		"A service would have no ready endpoints: All ready endpoints are hit: " + x.namespace + "/payments (2 endpoints).",
	}, planTexts(diags))
	for _, p := range plan.Permissions {
		assert.True(t, p.Held, "%+v", p)
	}
}

// TestAPlanTellsWhoHoldsTheTargets: the claim of another run stands in the cluster.
func TestAPlanTellsWhoHoldsTheTargets(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	held := x.fault(t, "kubernetes_scale", "replicas = 1\ntarget {\n names = [\"deployment/payments\"]\n}")
	record := held.prepare(t)
	held.inject(t, record)
	t.Cleanup(func() { assert.NoError(t, held.Revert(context.WithoutCancel(t.Context()), record)) })

	_, diags := x.fault(t, "kubernetes_rollout_restart", "target {\n names = [\"deployment/payments\"]\n}").plan(t)
	require.False(t, diags.HasErrors(), "%v", diags)
	require.NotEmpty(t, diags)
	assert.Contains(t, strings.Join(planTexts(diags), "\n"), fmt.Sprintf(
		"Held by another run: Run %s has claimed deployment/%s/payments for experiment.test.fault.tried (kubernetes_scale) until %s at the latest.",
		record.Run, x.namespace, record.Deadline.UTC().Format(time.RFC3339)))

	_, diags = x.fault(t, "kubernetes_rollout_restart", "target {\n names = [\"statefulset/ledger\"]\n}").plan(t)
	assert.NotContains(t, strings.Join(planTexts(diags), "\n"), "Held by another run")
}

// as is the fixture for a service account with just the rights of some rules.
func (x apiFixture) as(t *testing.T, rules []providers.AccessRule) apiFixture {
	t.Helper()
	name := "gameday-" + strings.ToLower(ulid.Make().String())
	account, err := x.Typed.CoreV1().ServiceAccounts(x.namespace).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(t, err)
	roles := access.RolesFor(name, rules, []string{x.namespace}, access.Subject{Kind: "ServiceAccount", Namespace: x.namespace, Name: account.Name})
	rbac := x.Typed.RbacV1()
	if roles.ClusterRole != nil {
		made, err := rbac.ClusterRoles().Create(t.Context(), roles.ClusterRole, metav1.CreateOptions{})
		require.NoError(t, err)
		t.Cleanup(func() {
			assert.NoError(t, rbac.ClusterRoles().Delete(context.WithoutCancel(t.Context()), made.Name, metav1.DeleteOptions{}))
		})
		bound, err := rbac.ClusterRoleBindings().Create(t.Context(), roles.ClusterRoleBinding, metav1.CreateOptions{})
		require.NoError(t, err)
		t.Cleanup(func() {
			assert.NoError(t, rbac.ClusterRoleBindings().Delete(context.WithoutCancel(t.Context()), bound.Name, metav1.DeleteOptions{}))
		})
	}
	for i := range roles.Roles {
		role, binding := &roles.Roles[i], &roles.RoleBindings[i]
		_, err := rbac.Roles(role.Namespace).Create(t.Context(), role, metav1.CreateOptions{})
		require.NoError(t, err)
		_, err = rbac.RoleBindings(binding.Namespace).Create(t.Context(), binding, metav1.CreateOptions{})
		require.NoError(t, err)
		t.Cleanup(func() {
			ctx := context.WithoutCancel(t.Context())
			assert.NoError(t, rbac.RoleBindings(binding.Namespace).Delete(ctx, binding.Name, metav1.DeleteOptions{}))
			assert.NoError(t, rbac.Roles(role.Namespace).Delete(ctx, role.Name, metav1.DeleteOptions{}))
		})
	}
	at := x.Access
	at.As = "system:serviceaccount:" + x.namespace + ":" + account.Name
	c, err := cluster.Connect(at)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		told, err := access.Check(t.Context(), c.Typed, rules, []string{x.namespace})
		return err == nil && !slices.ContainsFunc(told, func(p providers.Permission) bool { return !p.Held })
	}, apiPatience, apiTick, "the API server knows the roles")
	x.Cluster = c
	x.env.Outputs = outputs(at)
	return x
}

// TestTheGeneratedRoleIsEnoughToPlan: every fault type is planned as a user who
// has the role that is generated for it, and nothing else.
func TestTheGeneratedRoleIsEnoughToPlan(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	x.post(t, "/api/v1/namespaces/"+x.namespace+"/persistentvolumeclaims",
		`{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Mi"}}}}`)
	worker := x.worker(t)
	for _, f := range New().Types().Faults {
		t.Run(f.TypeName(), func(t *testing.T) {
			needy, ok := f.(providers.WithAccess)
			require.True(t, ok)
			tried := x.as(t, needy.AccessRules()).fault(t, f.TypeName(), leastConfig(f.TypeName(), worker))
			plan, diags := tried.plan(t)
			for _, text := range planTexts(diags) {
				assert.NotContains(t, strings.ToLower(text), "may not")
				assert.NotContains(t, strings.ToLower(text), "forbidden")
			}
			assert.NotEmpty(t, plan.Targets, "%v", planTexts(diags))
			for _, p := range plan.Permissions {
				assert.True(t, p.Held, "%+v", p)
			}
		})
	}
}

func (x apiFixture) worker(t *testing.T) string {
	t.Helper()
	found, err := x.Typed.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{LabelSelector: "!node-role.kubernetes.io/control-plane"})
	require.NoError(t, err)
	require.NotEmpty(t, found.Items)
	return found.Items[0].Name
}

// leastConfig is a configuration of a fault type that selects something of the
// fixture.
func leastConfig(typ, worker string) string {
	target := func(body string) string { return "\ntarget {\n" + body + "\n}" }
	if config, inPod := faultsToLeave()[typ]; inPod {
		return strings.ReplaceAll(config, "meter", "shop") + target(`owner = "deployment/payments"`)
	}
	switch typ {
	case "kubernetes_process_kill":
		return "container = \"shop\"\nprocess = \"worker\"" + target(`owner = "deployment/payments"`)
	case "kubernetes_scale":
		return "replicas = 0" + target(`names = ["deployment/payments"]`)
	case "kubernetes_rollout_restart", "kubernetes_image_pull_failure":
		return target(`names = ["deployment/payments"]`)
	case "kubernetes_config_change":
		return "set = { URL = \"x\" }" + target("namespace = \"NAMESPACE\"\nnames = [\"settings\"]")
	case "kubernetes_secret_change":
		return "set = { USER = \"x\" }" + target("namespace = \"NAMESPACE\"\nnames = [\"keys\"]")
	case "kubernetes_pvc_fill":
		return "percent = 50" + target("namespace = \"NAMESPACE\"\nnames = [\"data\"]")
	case "kubernetes_service_blackhole":
		return target(`names = ["payments"]`)
	case "kubernetes_webhook_fault":
		return "resources = [\"configmaps\"]" + target(`namespace = "NAMESPACE"`)
	case "kubernetes_quota_exhaust":
		return target(`namespace = "NAMESPACE"`)
	case "kubernetes_container_kill":
		return "container = \"shop\"" + target(`owner = "deployment/payments"`)
	case "kubernetes_node_taint":
		return "taint {\n key = \"example.com/x\"\n effect = \"NoSchedule\"\n}" + target(fmt.Sprintf("names = [%q]", worker))
	}
	if strings.Contains(typ, "node_") || strings.Contains(typ, "kubelet") {
		return target(fmt.Sprintf("names = [%q]", worker))
	}
	return target(`owner = "deployment/payments"`)
}

// TestTheGeneratedRoleIsEnoughToInjectAndUndo takes two faults through their life
// with no other rights.
func TestTheGeneratedRoleIsEnoughToInjectAndUndo(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"kubernetes_scale", "kubernetes_pod_kill"} {
		t.Run(typ, func(t *testing.T) {
			x := newAPIFixture(t)
			var needy providers.WithAccess
			for _, f := range New().Types().Faults {
				if f.TypeName() == typ {
					needy, _ = f.(providers.WithAccess)
				}
			}
			require.NotNil(t, needy)
			tried := x.as(t, needy.AccessRules()).fault(t, typ, leastConfig(typ, ""))
			record := tried.prepare(t)
			tried.inject(t, record)
			tried.becomes(t, record, func(o providers.Observation) bool { return o.Proven() })
			require.NoError(t, tried.Revert(t.Context(), record))
			tried.becomes(t, record, func(o providers.Observation) bool { return o.State == providers.Absent })
		})
	}
}

// TestMissingRightsAreNamed: one verb less, and the plan says which, and how to get
// it.
func TestMissingRightsAreNamed(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	f := x.fault(t, "kubernetes_pod_kill", leastConfig("kubernetes_pod_kill", ""))
	needy, ok := f.Fault.(providers.WithAccess)
	require.True(t, ok)
	without := func(resource, verb string) []providers.AccessRule {
		var out []providers.AccessRule
		for _, r := range needy.AccessRules() {
			r.Verbs = slices.Clone(r.Verbs)
			if r.Resource == resource {
				r.Verbs = slices.DeleteFunc(r.Verbs, func(v string) bool { return v == verb })
			}
			if len(r.Verbs) > 0 {
				out = append(out, r)
			}
		}
		return out
	}
	for _, c := range []struct{ resource, verb, missing string }{
		{"pods", "delete", "delete pods in " + x.namespace},
		{"nodes", "list", "list nodes"},
		{"endpointslices", "list", "list discovery.k8s.io/endpointslices in " + x.namespace},
	} {
		t.Run(c.missing, func(t *testing.T) {
			plan, diags := x.as(t, without(c.resource, c.verb)).fault(t, "kubernetes_pod_kill", leastConfig("kubernetes_pod_kill", "")).plan(t)
			require.False(t, diags.HasErrors(), "%v", diags)
			var missing []string
			for _, p := range plan.Permissions {
				if !p.Held {
					missing = append(missing, p.Action)
					assert.Contains(t, p.Detail, `"gameday schema -rbac kubernetes_pod_kill -namespace `+x.namespace+`"`)
				}
			}
			assert.Equal(t, []string{c.missing}, missing)
		})
	}
	t.Run("pods cannot even be listed", func(t *testing.T) {
		_, diags := x.as(t, without("pods", "list")).fault(t, "kubernetes_pod_kill", leastConfig("kubernetes_pod_kill", "")).plan(t)
		require.True(t, diags.HasErrors())
		assert.Equal(t, "Cannot read the targets", diags[0].Summary)
		assert.Contains(t, diags[0].Detail, "This user may not list pods in "+x.namespace)
	})
}

// TestPodSecurityThatRefusesAPodIsTold: a namespace that enforces more than the
// fault's pod keeps.
func TestPodSecurityThatRefusesAPodIsTold(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	f := x.fault(t, "kubernetes_kubelet_stop", leastConfig("kubernetes_kubelet_stop", x.worker(t)))
	_, diags := f.plan(t)
	assert.NotContains(t, strings.Join(planTexts(diags), "\n"), "Pod Security")

	_, err := x.Typed.CoreV1().Namespaces().Patch(t.Context(), x.namespace, types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"`+labelEnforce+`":"baseline"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	_, diags = f.plan(t)
	assert.Contains(t, strings.Join(planTexts(diags), "\n"), "Pod Security admission would refuse a pod: "+x.namespace+
		" enforces the level baseline (label "+labelEnforce+"), and the pod that acts on the node needs privileged.")
}

// TestAClaimIsReadAsItWasWritten guards what the plan compares with.
func TestAClaimIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	held := x.fault(t, "kubernetes_scale", "replicas = 1\ntarget {\n names = [\"deployment/payments\"]\n}")
	record := held.prepare(t)
	held.inject(t, record)
	t.Cleanup(func() { assert.NoError(t, held.Revert(context.WithoutCancel(t.Context()), record)) })
	claims, err := claim.Store{API: x.API}.List(t.Context(), x.namespace)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	text, err := json.Marshal(claims[0].Claim.Targets)
	require.NoError(t, err)
	assert.Contains(t, string(text), record.Targets[0].UID)
}
