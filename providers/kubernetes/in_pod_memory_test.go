package kubernetes

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// limitedPod has a container for each limit; the empty one is none.
func limitedPod(name string, limits ...string) *corev1.Pod {
	pod := aPod(name)
	pod.Spec.Containers = nil
	for i, limit := range limits {
		c := corev1.Container{Name: string(rune('a' + i))}
		if limit != "" {
			c.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: quantity.MustParse(limit)}
		}
		pod.Spec.Containers = append(pod.Spec.Containers, c)
	}
	return pod
}

// measured lets the metrics API have figures of a pod: containers and what they use.
func measured(s *apitest.Server, pod string, containers ...string) {
	var all []any
	for _, c := range containers {
		name, use, _ := strings.Cut(c, "=")
		all = append(all, map[string]any{"name": name, "usage": map[string]any{"cpu": "1m", "memory": use}})
	}
	s.Put("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/"+pod, map[string]any{"kind": "PodMetrics", "containers": all})
}

// planMemory is a plan of the fault in these pods, with agents that sit so.
func planMemory(t *testing.T, s *session, config string, at seat, pods ...*corev1.Pod) providers.Diagnostics {
	t.Helper()
	f := inPodNamed(t, "kubernetes_memory_stress")
	s.Access.AgentImage = "agent:1"
	var all []runtime.Object
	var targets []providers.Target
	for _, pod := range pods {
		all, targets = append(all, pod), append(targets, podTarget(pod.Name))
	}
	return f.plan(t.Context(), planning{
		session: s, world: worldOf(t, all...), config: providertest.Decode(t, f.schema(), config+anyTarget), plan: &providers.FaultPlan{},
		choice: target.Choice{Targets: targets}, seats: seats{in: map[string]seat{"shop": at}},
	})
}

// TestPlansKeepTheReserveOfMemory, or say that nobody can: an agent in a pod does not see what the pod uses.
func TestPlansKeepTheReserveOfMemory(t *testing.T) {
	const unknown = "How much the pod uses is not known"
	hosted := seat{host: "tools", why: "shop is hardened"}
	for name, c := range map[string]struct {
		config string
		limits []string
		used   []string // nil for a cluster without a metrics API
		status int      // that the metrics API answers with; 0 for what it has
		at     seat
		want   string // summary; empty for nothing to say
		detail string
	}{
		"room enough":            {config: "percent = 50", limits: []string{"512Mi"}, used: []string{"a=200Mi"}},
		"into the reserve":       {config: "percent = 50", limits: []string{"512Mi"}, used: []string{"a=300Mi"}, want: "Not enough memory", detail: "212.0 MiB are free, 256.0 MiB are to be taken, and 25.6 MiB are to stay"},
		"a sum":                  {config: "size = \"100Mi\"", limits: []string{"256Mi", "256Mi"}, used: []string{"a=200Mi", "b=204800Ki"}, want: "Not enough memory", detail: "112.0 MiB are free"},
		"other agents count":     {config: "size = \"100Mi\"", limits: []string{"256Mi"}, used: []string{"a=100Mi", "gameday-x=50Mi"}, want: "Not enough memory", detail: "106.0 MiB are free"},
		"sidecars do not":        {config: "size = \"100Mi\"", limits: []string{"256Mi"}, used: []string{"a=100Mi", "side=50Mi"}},
		"a reserve of one's own": {config: "size = \"10Mi\"\nreserve = \"64Mi\"", limits: []string{"128Mi"}, used: []string{"a=60Mi"}, want: "Not enough memory", detail: "64.0 MiB are to stay"},
		"no metrics API":         {config: "percent = 50", limits: []string{"512Mi"}, want: unknown, detail: "there is no metrics API"},
		"no right to it":         {config: "percent = 50", limits: []string{"512Mi"}, status: http.StatusForbidden, want: unknown, detail: "this user has no right to them"},
		"it does not work":       {config: "percent = 50", limits: []string{"512Mi"}, status: http.StatusServiceUnavailable, want: unknown, detail: "503"},
		"a container is missing": {config: "size = \"1Mi\"", limits: []string{"512Mi", "512Mi"}, used: []string{"a=1Mi"}, want: unknown, detail: "no figure of the container b"},
		"no figures":             {config: "size = \"1Mi\"", limits: []string{"512Mi"}, used: []string{"a=much"}, want: unknown, detail: "read the metrics of the pod"},
		"too much for any pod":   {config: "size = \"512Mi\"", limits: []string{"512Mi"}, want: "Not enough memory", detail: "512.0 MiB are free"},
		"and from the node":      {config: "size = \"512Mi\"", limits: []string{"512Mi"}, at: hosted, want: "Not enough memory", detail: "512.0 MiB are free"},
		"no reserve":             {config: "percent = 50\nreserve = \"0B\"", limits: []string{"512Mi"}},
		"no limit":               {config: "size = \"1Gi\"", limits: []string{"512Mi", ""}},
		"seen from the node":     {config: "percent = 50", limits: []string{"512Mi"}, at: hosted},
		"it would be refused":    {config: "percent = 50", limits: []string{"512Mi"}, at: seat{why: "it is old", remedy: "wait"}, want: "The agent would be refused"},
	} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			if c.used != nil {
				measured(server, "web-1", c.used...)
			}
			server.Meet(func(string, string) int { return c.status })
			pod := limitedPod("web-1", c.limits...)
			pod.Spec.InitContainers = []corev1.Container{{Name: "side"}}
			diags := planMemory(t, sessionOn(api), c.config, c.at, pod)
			if c.want == "" {
				assert.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, c.want, diags[0].Summary)
			assert.Contains(t, diags[0].Detail, c.detail)
			assert.Equal(t, c.want != unknown, diags.HasErrors(), "what is not known is a warning")
		})
	}
}

// TestPodsWhoseUseIsNotKnownShareAWarning, in words that are none of a missing right.
func TestPodsWhoseUseIsNotKnownShareAWarning(t *testing.T) {
	server, api := apitest.New(t)
	measured(server, "web-3", "a=1Mi")
	diags := planMemory(t, sessionOn(api), "percent = 50", seat{}, limitedPod("web-1", "64Mi"), limitedPod("web-2", "64Mi"), limitedPod("web-3", "64Mi"))
	require.Len(t, diags, 1)
	assert.Equal(t, "How much the pods use is not known", diags[0].Summary)
	assert.Contains(t, diags[0].Detail, "of pods shop/web-1, shop/web-2 could")
	assert.NotContains(t, diags[0].Detail, "may not")
	assert.NotContains(t, diags[0].Detail, "forbidden")
}

// TestAgentsAreToldWhatThePodUses as it is at the injection, where they can't see it.
func TestAgentsAreToldWhatThePodUses(t *testing.T) {
	f := inPodNamed(t, "kubernetes_memory_stress")
	server, api := apitest.New(t)
	pod := limitedPod("web-1", "512Mi")
	i := injection{session: sessionOn(api, pod), config: providertest.Decode(t, f.schema(), "size = \"1Mi\""+anyTarget)}
	used := func(step claim.PodStep) int64 {
		fault, err := f.asked(t.Context(), i, step, podTarget("web-1"))
		require.NoError(t, err)
		var asked task.Stress
		require.NoError(t, json.Unmarshal(fault.Spec, &asked))
		assert.EqualValues(t, 512<<20, asked.Memory.Limit)
		return asked.Memory.Used
	}
	assert.Zero(t, used(claim.PodStep{}), "not known, of which the plan has warned")
	measured(server, "web-1", "a=300Mi")
	assert.EqualValues(t, 300<<20, used(claim.PodStep{}))
	measured(server, "web-1", "a=200Mi")
	assert.EqualValues(t, 200<<20, used(claim.PodStep{}), "anew")
	before := len(server.Requests())
	assert.Zero(t, used(claim.PodStep{Host: claim.HostPod{Name: "agent"}}), "it looks itself")
	assert.Len(t, server.Requests(), before)
}
