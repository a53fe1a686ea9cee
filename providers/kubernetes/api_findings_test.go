package kubernetes

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

func aWorkload(kind string, replicas, is, updated int32) workload {
	w := workload{target: providers.Target{Kind: kind, Name: "shop/payments", UID: "u"}}
	w.Spec.Replicas = &replicas
	w.Status.Replicas, w.Status.UpdatedReplicas = is, updated
	return w
}

func TestScaleFindings(t *testing.T) {
	data := scaled{To: 0, From: map[string]int{"shop/payments": 2}}
	assert.NotEmpty(t, data.finding(aWorkload("deployment", 0, 0, 0)).facts)
	late := data.finding(aWorkload("deployment", 0, 1, 0))
	assert.Empty(t, late.facts, "the controller has not acted")
	assert.Contains(t, late.detail, "1 of 0")
	unseen := aWorkload("deployment", 0, 0, 0)
	unseen.Metadata.Generation = 2
	assert.Empty(t, data.finding(unseen).facts, "the status is of before")
	other := data.finding(aWorkload("deployment", 3, 3, 0))
	assert.Equal(t, providers.Absent, other.state, "an autoscaler has set another number")
	same := scaled{To: 2, From: map[string]int{"shop/payments": 2}}.finding(aWorkload("deployment", 2, 2, 0))
	assert.Empty(t, same.facts, "no change is no evidence")
}

func TestRolloutFindings(t *testing.T) {
	was := revisions{"shop/payments": "1"}
	w := aWorkload("deployment", 2, 2, 1)
	w.Metadata.Annotations = map[string]string{"deployment.kubernetes.io/revision": "2"}
	assert.NotEmpty(t, was.finding(w).facts)
	w.Status.UpdatedReplicas = 0
	assert.Empty(t, was.finding(w).facts, "no pod of the new revision")
	w = aWorkload("statefulset", 2, 2, 2)
	w.Status.UpdateRevision = "1"
	assert.Empty(t, was.finding(w).facts, "all pods are of the old revision")
}

func TestPace(t *testing.T) {
	two, none := intstr.FromInt32(2), intstr.FromInt32(0)
	for name, c := range map[string]struct {
		rolling  *appsv1.RollingUpdateDeployment
		replicas int32
		away     int
	}{
		"the default rounds down":          {nil, 3, 0},
		"a quarter of eight":               {nil, 8, 2},
		"a number":                         {&appsv1.RollingUpdateDeployment{MaxUnavailable: &two}, 3, 2},
		"neither surge nor unavailability": {&appsv1.RollingUpdateDeployment{MaxUnavailable: &none, MaxSurge: &none}, 3, 1},
		"more than there are":              {&appsv1.RollingUpdateDeployment{MaxUnavailable: &two}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := aWorkload("deployment", c.replicas, c.replicas, c.replicas)
			w.Spec.Strategy.RollingUpdate = c.rolling
			assert.Equal(t, c.away, w.unavailable())
		})
	}
	w := aWorkload("deployment", 3, 3, 3)
	w.Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
	assert.Contains(t, w.pace(), "ends all 3 pods")
}

func TestWhatDoesNotRollOut(t *testing.T) {
	paused := aWorkload("deployment", 2, 2, 2)
	paused.Spec.Paused = true
	assert.True(t, paused.rolls().HasErrors())
	manual := aWorkload("statefulset", 2, 2, 2)
	manual.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
	assert.True(t, manual.rolls().HasErrors())
	assert.Empty(t, aWorkload("deployment", 2, 2, 2).rolls())
}

func TestWhatDoesNotComeBack(t *testing.T) {
	ordered := aWorkload("statefulset", 2, 2, 2)
	ordered.Spec.PodManagementPolicy = appsv1.OrderedReadyPodManagement
	assert.True(t, ordered.returns().HasErrors())
	ordered.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
	assert.Empty(t, ordered.returns())
	assert.Empty(t, aWorkload("deployment", 2, 2, 2).returns())
}

func TestWhichContainer(t *testing.T) {
	w := aWorkload("deployment", 1, 1, 1)
	w.Spec.Template.Spec.Containers = []corev1.Container{{Name: "sidecar"}, {Name: "web"}}
	index, err := w.container("web")
	require.NoError(t, err)
	assert.Equal(t, 1, index)
	_, err = w.container("")
	require.ErrorContains(t, err, "2 containers, sidecar, web: say which")
	_, err = w.container("wbe")
	require.ErrorContains(t, err, `no container "wbe", but sidecar, web`)
}

// TestPullFailures: only pods with the missing image count, and only those that
// wait for it.
func TestPullFailures(t *testing.T) {
	pod := func(image, reason string) corev1.Pod {
		return corev1.Pod{
			Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image}}},
			Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "web", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}}},
		}
	}
	w := aWorkload("deployment", 1, 1, 1)
	assert.Empty(t, waiting(w, []corev1.Pod{pod("registry.example.com/web", "ImagePullBackOff")}, "web").facts, "another image fails by itself")
	assert.Empty(t, waiting(w, []corev1.Pod{pod(missingImage("web"), "ContainerCreating")}, "web").facts)
	f := waiting(w, []corev1.Pod{pod(missingImage("web"), "ErrImagePull"), pod(missingImage("web"), "ErrImageNeverPull")}, "web")
	require.Len(t, f.facts, 1)
	assert.EqualValues(t, 2, f.facts[0].Value)
}

func TestExhausted(t *testing.T) {
	list := func(pods, services string) corev1.ResourceList {
		return corev1.ResourceList{"pods": quantity.MustParse(pods), "services": quantity.MustParse(services)}
	}
	facts := exhausted("shop", corev1.ResourceQuotaStatus{Hard: list("3", "5"), Used: list("4", "2")})
	require.Len(t, facts, 1)
	assert.Equal(t, "shop: 4 of 3 pods used", facts[0].Text)
	assert.Empty(t, exhausted("shop", corev1.ResourceQuotaStatus{Hard: list("3", "5")}), "the controller has not counted yet")
}

func TestEndpointFindings(t *testing.T) {
	at := providers.Target{Kind: "service", Name: "shop/payments"}
	assert.NotEmpty(t, endpoints{"shop/payments": 2}.finding(at, 0).facts)
	assert.Empty(t, endpoints{"shop/payments": 2}.finding(at, 1).facts)
	assert.Empty(t, endpoints{"shop/payments": 0}.finding(at, 0).facts, "there was nothing to lose")
}

func TestReadBack(t *testing.T) {
	at := providers.Target{Kind: "configmap", Name: "shop/settings"}
	edits := []undo.Edit{{Pointer: "/data/A", To: "2", Prior: []byte(`"1"`)}, {Pointer: "/data/B", To: "3", Prior: []byte(`"3"`)}}
	f := readBack(at, map[string]any{"data": map[string]any{"A": "2", "B": "3"}}, edits)
	require.Len(t, f.facts, 1)
	assert.EqualValues(t, 1, f.facts[0].Value, "B was like that before")
	f = readBack(at, map[string]any{"data": map[string]any{"A": "9", "B": "3"}}, edits)
	assert.Equal(t, providers.Absent, f.state)
	assert.Contains(t, f.detail, "key A")
	assert.Empty(t, readBack(at, map[string]any{"data": map[string]any{"B": "3"}}, edits[1:]).facts)
}

// TestTried: what is late must be told from an API server that is slow, from one that waits for
// a webhook that it does not reach, and what is refused from what is refused by others.
func TestTried(t *testing.T) {
	late := admission{Mode: modeDelay, Latency: 200 * time.Millisecond}
	long := admission{Mode: modeDelay, Latency: 5 * time.Second}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for name, c := range map[string]struct {
		got    tried
		of     admission
		proven bool
		stays  bool // whether the fault is not over
	}{
		"refused":                       {tried{refused: true, answered: true}, admission{Mode: modeReject}, true, true},
		"not refused":                   {tried{answered: true}, admission{Mode: modeReject}, false, false},
		"late":                          {tried{reached: true, answered: true, took: ms(210), control: ms(5)}, late, true, true},
		"not late":                      {tried{reached: true, answered: true, took: ms(20), control: ms(5)}, late, false, false},
		"late, and a busy server":       {tried{reached: true, answered: true, took: ms(490), control: ms(60)}, late, true, true},
		"far too late":                  {tried{reached: true, answered: true, took: ms(490), control: ms(5)}, late, false, true},
		"no answer, far too late":       {tried{reached: true, took: triedFor, control: ms(5)}, late, false, true},
		"late, and nothing is reached":  {tried{answered: true, took: ms(210), control: ms(5)}, late, false, true},
		"the server is slow":            {tried{reached: true, answered: true, took: ms(210), control: ms(150)}, late, false, false},
		"no answer":                     {tried{reached: true, took: triedFor, control: ms(5)}, long, true, true},
		"no answer, nothing is reached": {tried{took: triedFor, control: ms(5)}, long, false, true},
		"no answer, and a slow server":  {tried{reached: true, took: triedFor, control: ms(400)}, long, false, false},
		"answered in spite of it":       {tried{reached: true, answered: true, took: ms(30), control: ms(5)}, long, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.got.finding("shop", c.of)
			assert.Equal(t, c.proven, len(f.facts) > 0)
			assert.NotEqual(t, c.proven, f.detail != "", "what is not proven is explained")
			assert.Equal(t, c.stays, c.got.hit(c.of))
		})
	}
}

func TestReviewedResources(t *testing.T) {
	lists := []*metav1.APIResourceList{
		{GroupVersion: "v1", APIResources: []metav1.APIResource{{Name: "pods", Namespaced: true}, {Name: "pods/eviction", Namespaced: true}, {Name: "nodes"}}},
		{GroupVersion: "apps/v1", APIResources: []metav1.APIResource{{Name: "deployments", Namespaced: true}, {Name: "deployments/scale", Namespaced: true}}},
	}
	for text, problem := range map[string]string{
		"pods": "", "pods/eviction": "", "deployments.apps": "", "deployments.apps/scale": "",
		"deployments": "the cluster has no deployments, but deployments.apps",
		"podz":        "the cluster has no podz",
		"nodes":       "nodes belong to the cluster as a whole",
	} {
		got := parseReviewed(text).missing(lists)
		assert.True(t, problem == "" && got == "" || problem != "" && strings.HasPrefix(got, problem), "%s: %q", text, got)
	}
}

func TestUsers(t *testing.T) {
	pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop"}, Spec: corev1.PodSpec{
		Volumes: []corev1.Volume{{VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}},
		}}}}},
		InitContainers: []corev1.Container{{EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "keys"}}}}}},
	}}
	w := worldOf(t, &pod) // not the pod itself: what gameday reads of it
	of := func(kind, name string) string {
		return strings.Join(users(w, providers.Target{Kind: kind, Name: name}), "\n")
	}
	assert.Contains(t, of("configmap", "shop/settings"), "1 pod of pod/web-1 mounts configmap/shop/settings")
	assert.Contains(t, of("secret", "shop/keys"), "has variables from secret/shop/keys")
	assert.Contains(t, of("secret", "shop/settings"), "no pod in shop", "a ConfigMap of that name is no Secret")
	assert.Contains(t, of("configmap", "other/settings"), "no pod in other")
}

// pods answers as an API server whose network plugin enforces policies does, which
// the one of the end-to-end tests does not: requests to pods that are cut off hang.
type pods struct{ mode atomic.Value }

func (p *pods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.URL.Path, "/proxy/") {
		_ = json.NewEncoder(w).Encode(corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{{ContainerPort: 53, Protocol: corev1.ProtocolUDP}, {ContainerPort: 8080}}}}}})
		return
	}
	switch p.mode.Load() {
	case "hangs":
		<-r.Context().Done()
	case "refuses":
		http.Error(w, `{"kind":"Status","message":"error trying to reach service: dial tcp 10.0.0.1:8080: connect: connection refused"}`, http.StatusServiceUnavailable)
	case "speaks another protocol":
		http.Error(w, `{"kind":"Status","message":"error trying to reach service: net/http: HTTP/1.x transport connection broken: malformed HTTP response"}`, http.StatusServiceUnavailable)
	case "is not ours to ask":
		http.Error(w, `{"kind":"Status","message":"pods \"web\" is forbidden: User \"u\" cannot get resource \"pods/proxy\" in API group \"\""}`, http.StatusForbidden)
	default:
		http.NotFound(w, r)
	}
}

func TestPartitionIsProvenBySilence(t *testing.T) {
	server := &pods{}
	server.mode.Store("answers")
	listening := httptest.NewServer(server)
	defer listening.Close()
	s := &session{Cluster: &cluster.Cluster{API: undo.API{Base: listening.URL, HTTP: listening.Client()}}}
	at := providers.Target{Kind: "pod", Name: "shop/web"}

	before, err := s.answering(t.Context(), []providers.Target{at}, cut{ingress: true})
	require.NoError(t, err)
	require.Equal(t, probed{"shop/web": 8080}, before, "the first port over TCP, which answers, if only with 404")
	for mode, proven := range map[string]bool{"answers": false, "refuses": false, "speaks another protocol": false, "hangs": true} {
		server.mode.Store(mode)
		f, err := s.cutOff(t.Context(), at, 8080)
		require.NoError(t, err, mode)
		assert.Equal(t, proven, len(f.facts) > 0, mode)
	}
	server.mode.Store("is not ours to ask")
	_, err = s.cutOff(t.Context(), at, 8080)
	require.ErrorContains(t, err, "cannot get resource")
}

// TestNothingToCompareWith: a pod that does not answer before is not asked later,
// and neither is one of which something else is cut.
func TestNothingToCompareWith(t *testing.T) {
	server := &pods{}
	server.mode.Store("answers")
	listening := httptest.NewServer(server)
	defer listening.Close()
	s := &session{Cluster: &cluster.Cluster{API: undo.API{Base: listening.URL, HTTP: listening.Client()}}}
	at := []providers.Target{{Kind: "pod", Name: "shop/web"}}
	for name, c := range map[string]cut{
		"egress":        {egress: true},
		"cidrs":         {ingress: true, from: &peers{cidrs: []string{"203.0.113.0/24"}}},
		"another port":  {ingress: true, ports: []int{9090}, protocol: corev1.ProtocolTCP},
		"the port, UDP": {ingress: true, ports: []int{8080}, protocol: corev1.ProtocolUDP},
	} {
		found, err := s.answering(t.Context(), at, c)
		require.NoError(t, err)
		assert.Empty(t, found, name)
	}
	server.mode.Store("refuses")
	found, err := s.answering(t.Context(), at, cut{ingress: true})
	require.NoError(t, err)
	assert.Empty(t, found)
}
