package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func TestRadiusInNumbers(t *testing.T) {
	of := func(population int, kinds ...string) target.Choice {
		c := target.Choice{Population: population}
		for _, kind := range kinds {
			c.Targets = append(c.Targets, providers.Target{Kind: kind})
		}
		return c
	}
	for want, c := range map[string]target.Choice{
		"1 of 1 pod":         of(1, "pod"),
		"2 of 7 pods":        of(7, "pod", "pod"),
		"2 of 3 targets":     of(3, "deployment", "statefulset"),
		"0 of 3 targets":     of(3),
		"2 of 3 deployments": of(3, "deployment", "deployment"),
		"1 configmap, of a number that is not known":  of(0, "configmap"),
		"2 configmaps, of a number that is not known": of(0, "configmap", "configmap"),
	} {
		assert.Equal(t, want, radius(c))
	}
}

// TestPlansSayWhatTheyCount: two faults that choose a label each are a share of all that both could have chosen.
func TestPlansSayWhatTheyCount(t *testing.T) {
	f := &fault{behavior: podKill{}}
	both := []string{"bank", "shop"}
	w := &world.World{}
	for _, ns := range both {
		w.Pods = append(w.Pods, inNamespace(ns, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: map[string]string{"team": ns}}}))
	}
	for _, team := range both {
		var plan providers.FaultPlan
		p := planning{session: &session{Cluster: &cluster.Cluster{Access: cluster.Access{Namespaces: both}}}, world: w, plan: &plan}
		config := decoded(t, f, "target {\n labels = { team = \""+team+"\" }\n}")
		require.Empty(t, f.choose(t.Context(), providers.FaultPlanRequest{Config: config}, &p))
		assert.Len(t, plan.Targets, 1)
		assert.Equal(t, 2, plan.Population)
		assert.Equal(t, providers.Scope{Kinds: []string{"pod"}, Namespaces: both}, plan.Counted)
	}
}
