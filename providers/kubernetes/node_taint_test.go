package kubernetes

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TestWhoLeavesByATaint: tolerations count as they do for Kubernetes.
func TestWhoLeavesByATaint(t *testing.T) {
	seconds := func(n int64) *int64 { return &n }
	taint := &corev1.Taint{Key: "example.com/maintenance", Value: "soon", Effect: corev1.TaintEffectNoExecute}
	for name, c := range map[string]struct {
		tolerations []corev1.Toleration
		leaves      bool
	}{
		"none":                        {nil, true},
		"the same":                    {[]corev1.Toleration{{Key: taint.Key, Value: "soon", Effect: taint.Effect}}, false},
		"another value":               {[]corev1.Toleration{{Key: taint.Key, Value: "later"}}, true},
		"another key":                 {[]corev1.Toleration{{Key: "node.kubernetes.io/unreachable", Operator: corev1.TolerationOpExists, Effect: taint.Effect}}, true},
		"another effect":              {[]corev1.Toleration{{Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}, true},
		"any value":                   {[]corev1.Toleration{{Key: taint.Key, Operator: corev1.TolerationOpExists}}, false},
		"any taint, as of DaemonSets": {[]corev1.Toleration{{Operator: corev1.TolerationOpExists}}, false},
		"for longer than the fault":   {[]corev1.Toleration{{Operator: corev1.TolerationOpExists, TolerationSeconds: seconds(31)}}, false},
		"as long as the fault":        {[]corev1.Toleration{{Operator: corev1.TolerationOpExists, TolerationSeconds: seconds(30)}}, true},
		"not for a moment":            {[]corev1.Toleration{{Operator: corev1.TolerationOpExists, TolerationSeconds: seconds(-1)}}, true},
		"the first that matches counts": {[]corev1.Toleration{
			{Key: "other", Operator: corev1.TolerationOpExists},
			{Key: taint.Key, Operator: corev1.TolerationOpExists},
			{Operator: corev1.TolerationOpExists, TolerationSeconds: seconds(1)},
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			pod := aPod("web")
			pod.Spec.Tolerations = c.tolerations
			w := worldOf(t, pod) // as a plan reads it
			require.Len(t, w.Pods, 1)
			assert.Equal(t, c.leaves, leavesBy(&w.Pods[0], taint, 30*time.Second))
		})
	}
}

// planTaint is what a plan says of a taint on the node "worker", of a cluster with these pods.
func planTaint(t *testing.T, effect string, fence []string, pods ...runtime.Object) (providers.FaultPlan, providers.Diagnostics) {
	t.Helper()
	s := sessionOn(undo.API{}, pods...)
	s.Access.Namespaces = fence
	return planTaintOn(t, s, effect)
}

func planTaintOn(t *testing.T, s *session, effect string) (providers.FaultPlan, providers.Diagnostics) {
	t.Helper()
	w, err := s.read(t.Context(), 0)
	require.NoError(t, err)
	var plan providers.FaultPlan
	f := &fault{behavior: nodeTaint{}}
	p := planning{
		session: s, world: w, plan: &plan, choice: target.Choice{Targets: targetsOf("worker")}, duration: time.Minute, config: taintConfig(t, effect),
	}
	consequences := f.consequences(p)
	plan.Radius = consequences.Radius
	return plan, append(consequences.Warnings, nodeTaint{}.plan(t.Context(), p)...)
}

func taintConfig(t *testing.T, effect string) schema.Values {
	t.Helper()
	return decoded(t, &fault{behavior: nodeTaint{}}, "taint {\n  key = \"example.com/x\"\n  effect = \""+effect+"\"\n}\ntarget {}")
}

// TestTaintSaysWhoLeaves: policies judge where that is, as of a drain, and what tolerates the taint is not counted.
func TestTaintSaysWhoLeaves(t *testing.T) {
	stays, dns, elsewhere := aPod("agent"), aPod("dns"), aPod("elsewhere")
	stays.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	dns.Namespace, elsewhere.Spec.NodeName = metav1.NamespaceSystem, "other"

	plan, diags := planTaint(t, "NoExecute", nil, aPod("web"), stays, dns, elsewhere)
	assert.Equal(t, []string{metav1.NamespaceSystem, "shop"}, plan.Namespaces)
	assert.Equal(t, []string{"2 pods leave: kube-system/dns, shop/web"}, plan.Radius)
	require.Len(t, diags, 1)
	assert.Equal(t, providers.Warning, diags[0].Severity)
	assert.Equal(t, "They do not tolerate the taint, and without a controller nothing brings them back: kube-system/dns, shop/web.", diags[0].Detail)

	plan, diags = planTaint(t, "NoExecute", []string{"shop"}, stays)
	assert.Empty(t, plan.Namespaces)
	assert.Empty(t, diags)
	assert.Equal(t, []string{"no pod leaves: all that are there tolerate the taint as long as the fault lasts"}, plan.Radius)

	for _, effect := range []string{"NoSchedule", "PreferNoSchedule"} {
		plan, diags = planTaint(t, effect, nil, aPod("web"))
		assert.Empty(t, plan.Namespaces, effect)
		assert.Empty(t, plan.Radius, effect)
		assert.Empty(t, diags, effect)
	}
}

// TestTaintSaysWhoLeavesOutsideOfTheFence: Kubernetes knows no fence, and policies judge every namespace that loses pods.
func TestTaintSaysWhoLeavesOutsideOfTheFence(t *testing.T) {
	dns, metrics, elsewhere := aPod("dns"), aPod("metrics"), aPod("elsewhere")
	dns.Namespace, metrics.Namespace, elsewhere.Namespace = metav1.NamespaceSystem, "monitoring", "bank"
	elsewhere.Spec.NodeName = "other"

	plan, _ := planTaint(t, "NoExecute", []string{"shop"}, aPod("web"), dns, metrics, elsewhere)
	assert.Equal(t, []string{metav1.NamespaceSystem, "monitoring", "shop"}, plan.Namespaces)
	assert.Equal(t, []string{
		"3 pods leave: kube-system/dns, monitoring/metrics, shop/web",
		"what that means for disruption budgets and services outside of shop is not known",
	}, plan.Radius)

	plan, _ = planTaint(t, "NoExecute", []string{"shop"}, aPod("web"))
	assert.Equal(t, []string{"shop"}, plan.Namespaces)
	assert.Equal(t, []string{"1 pod leaves: shop/web"}, plan.Radius)
}

// fencedFromPods is a session that may list the pods in its fence and nowhere else.
func fencedFromPods(objects ...runtime.Object) *session {
	client := fake.NewClientset(objects...)
	client.PrependReactor("list", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		return a.GetNamespace() == "", nil, apierrors.NewForbidden(corev1.Resource("pods"), "", nil)
	})
	return newSession(&cluster.Cluster{Typed: client, Access: cluster.Access{Namespaces: []string{"shop"}}})
}

// TestTaintIsRefusedWhereNobodyCanTellWhoLeaves: without that list a protected namespace could lose its pods unseen.
func TestTaintIsRefusedWhereNobodyCanTellWhoLeaves(t *testing.T) {
	for effect, refused := range map[string]bool{"NoExecute": true, "NoSchedule": false, "PreferNoSchedule": false} {
		t.Run(effect, func(t *testing.T) {
			s := fencedFromPods(aPod("web"))
			_, diags := planTaintOn(t, s, effect)
			require.Equal(t, refused, diags.HasErrors())
			_, err := nodeTaint{}.intend(t.Context(), preparation{session: s, config: taintConfig(t, effect), targets: targetsOf("worker")})
			if !refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "list pods in all namespaces")
			assert.Equal(t, "Cannot tell which pods would leave", diags[0].Summary)
			assert.Contains(t, diags[0].Detail, "may not list pods in all namespaces")
			assert.Contains(t, diags[0].Detail, "choose another effect")
		})
	}
}

// TestTaintAsksForNoMoreThanItsEffectNeeds: the role is written for a type, so that it holds what one effect needs.
func TestTaintAsksForNoMoreThanItsEffectNeeds(t *testing.T) {
	everywhere := func(rules []providers.AccessRule) bool {
		return slices.ContainsFunc(rules, func(r providers.AccessRule) bool { return r.Resource == "pods" && r.Cluster })
	}
	f := &fault{behavior: nodeTaint{}, provider: New()}
	assert.True(t, everywhere(f.AccessRules()))
	assert.False(t, everywhere((&fault{behavior: nodeCordon{}, provider: New()}).AccessRules()))
	for name, c := range map[string]struct {
		effect string
		fence  []string
		want   bool
	}{
		"pods leave":            {"NoExecute", []string{"shop"}, true},
		"all are read anyway":   {"NoExecute", nil, false},
		"nobody leaves":         {"NoSchedule", []string{"shop"}, false},
		"nobody leaves, either": {"PreferNoSchedule", []string{"shop"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(&cluster.Cluster{Access: cluster.Access{Namespaces: c.fence}})
			assert.Equal(t, c.want, everywhere(f.acting(planning{session: s, config: taintConfig(t, c.effect)})))
		})
	}
}

// TestTaintKeepsToTheNamespacesOfItsPlan: pods are scheduled onto a node between the plan and the fault.
func TestTaintKeepsToTheNamespacesOfItsPlan(t *testing.T) {
	late := aPod("web")
	late.Spec.NodeName = "worker"
	outside := aPod("metrics")
	outside.Namespace, outside.Spec.NodeName = "monitoring", "fenced"
	s := sessionOn(undo.API{}, late, outside)
	s.Access.Namespaces = []string{late.Namespace}
	for name, c := range map[string]struct {
		effect  string
		node    string
		planned *providers.FaultPlan
		want    string
	}{
		"shown":                {"NoExecute", "worker", &providers.FaultPlan{Namespaces: []string{late.Namespace}}, ""},
		"not shown":            {"NoExecute", "worker", &providers.FaultPlan{Namespaces: []string{"bank"}}, "has come to node worker since the plan"},
		"outside of the fence": {"NoExecute", "fenced", &providers.FaultPlan{Namespaces: []string{late.Namespace}}, "the pod monitoring/metrics has come to node fenced"},
		"nobody leaves":        {"NoSchedule", "worker", &providers.FaultPlan{}, ""},
		"without a plan":       {"NoExecute", "worker", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := nodeTaint{}.intend(t.Context(), preparation{session: s, config: taintConfig(t, c.effect), targets: targetsOf(c.node), planned: c.planned})
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.NotEmpty(t, made.steps)
		})
	}
}
