package kubernetes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
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

// planTaint is what a plan says of a taint on the node "worker", with these pods.
func planTaint(t *testing.T, effect string, fence []string, pods ...*corev1.Pod) (providers.FaultPlan, providers.Diagnostics) {
	t.Helper()
	w := worldOf(t)
	for _, pod := range pods {
		w.Pods = append(w.Pods, *pod)
	}
	w.Namespaces = fence
	var plan providers.FaultPlan
	f := &fault{behavior: nodeTaint{}}
	p := planning{
		session: &session{Cluster: &cluster.Cluster{}}, world: w, plan: &plan, choice: target.Choice{Targets: targetsOf("worker")}, duration: time.Minute,
		config: decoded(t, f, "taint {\n  key = \"example.com/x\"\n  effect = \""+effect+"\"\n}\ntarget {}"),
	}
	consequences := f.consequences(p)
	plan.Radius = consequences.Radius
	return plan, append(consequences.Warnings, nodeTaint{}.plan(t.Context(), p)...)
}

// TestTaintSaysWhoLeaves: policies judge where that is, as of a drain, and what tolerates the taint is not counted.
func TestTaintSaysWhoLeaves(t *testing.T) {
	stays, dns, elsewhere := aPod("agent"), aPod("dns"), aPod("elsewhere")
	stays.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	dns.Namespace, elsewhere.Spec.NodeName = metav1.NamespaceSystem, "other"

	plan, diags := planTaint(t, "NoExecute", nil, aPod("web"), stays, dns, elsewhere)
	assert.Equal(t, []string{metav1.NamespaceSystem, "shop"}, plan.Namespaces)
	assert.Equal(t, []string{"2 pods leave: shop/web, kube-system/dns"}, plan.Radius)
	require.Len(t, diags, 1)
	assert.Equal(t, providers.Warning, diags[0].Severity)
	assert.Equal(t, "They do not tolerate the taint, and without a controller nothing brings them back: shop/web, kube-system/dns.", diags[0].Detail)

	plan, diags = planTaint(t, "NoExecute", []string{"shop"}, stays)
	assert.Empty(t, plan.Namespaces)
	assert.Empty(t, diags)
	assert.Equal(t, []string{
		"no pod leaves: all that are there tolerate the taint as long as the fault lasts",
		"pods outside of shop leave, too, where they do not tolerate it, and are not counted",
	}, plan.Radius)

	for _, effect := range []string{"NoSchedule", "PreferNoSchedule"} {
		plan, diags = planTaint(t, effect, nil, aPod("web"))
		assert.Empty(t, plan.Namespaces, effect)
		assert.Empty(t, plan.Radius, effect)
		assert.Empty(t, diags, effect)
	}
}

// TestTaintKeepsToTheNamespacesOfItsPlan: pods are scheduled onto a node between the plan and the fault.
func TestTaintKeepsToTheNamespacesOfItsPlan(t *testing.T) {
	late := aPod("web")
	late.Spec.NodeName = "worker"
	s := sessionOn(undo.API{}, late)
	for name, c := range map[string]struct {
		effect  string
		planned *providers.FaultPlan
		want    string
	}{
		"shown":          {"NoExecute", &providers.FaultPlan{Namespaces: []string{late.Namespace}}, ""},
		"not shown":      {"NoExecute", &providers.FaultPlan{Namespaces: []string{"bank"}}, "has come to node worker since the plan"},
		"nobody leaves":  {"NoSchedule", &providers.FaultPlan{}, ""},
		"without a plan": {"NoExecute", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := decoded(t, &fault{behavior: nodeTaint{}}, "taint {\n key = \"example.com/maintenance\"\n effect = \""+c.effect+"\"\n}\ntarget {}")
			made, err := nodeTaint{}.intend(t.Context(), preparation{session: s, config: config, targets: targetsOf("worker"), planned: c.planned})
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.NotEmpty(t, made.steps)
		})
	}
}
