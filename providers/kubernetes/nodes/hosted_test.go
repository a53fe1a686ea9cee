package nodes

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// reached is a node whose kubelet is stopped through a privileged pod. Its cluster believes
// that it is ready, whatever has become of the kubelet.
type reached struct {
	*apitest.Server
	hosted
	agent  string // what the agent in the pod says; nothing where it can't be asked
	renews bool   // whether the kubelet renews its Lease
	denied bool   // whether its Lease may not be read
}

const (
	hostedID = "01HOST"
	aBeat    = 10 * time.Second
)

// onReached tries something on such a node, in time that passes at once.
func onReached(t *testing.T, try func(*testing.T, *reached)) {
	t.Helper()
	server, _ := apitest.New(t)
	synctest.Test(t, func(t *testing.T) {
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "worker"}}
		node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
		typed := fake.NewClientset(node)
		r := &reached{Server: server}
		r.hosted = hosted{run: "run", step: claim.NodeStep{Node: "worker", Via: viaPod, Namespace: "shop"}, cluster: &cluster.Cluster{
			API: undo.API{Base: "http://cluster", HTTP: &http.Client{Transport: r}}, Typed: typed, Heartbeats: &cluster.Heartbeats{},
		}}
		stopped := time.Now()
		typed.PrependReactor("get", "leases", func(k8stesting.Action) (bool, runtime.Object, error) {
			if r.denied {
				return true, nil, apierrors.NewForbidden(coordinationv1.Resource("leases"), "worker", nil)
			}
			lease := &coordinationv1.Lease{Spec: coordinationv1.LeaseSpec{RenewTime: &metav1.MicroTime{Time: stopped}}}
			if r.renews {
				lease.Spec.RenewTime.Time = time.Now().Truncate(aBeat)
			}
			return true, lease, nil
		})
		try(t, r)
	})
}

// RoundTrip answers without a network, for which no test's time would wait.
func (r *reached) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.Path, "/proxy/") {
		if req.Body == nil {
			req.Body = http.NoBody // as servers have it
		}
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, req)
		return answer.Result(), nil
	}
	status, body := http.StatusOK, `{"state":"`+r.agent+`"}`
	if r.agent == "" {
		status, body = http.StatusBadGateway, "nobody listens"
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

// runs puts the privileged pod on the node, with a status.
func (r *reached) runs(t *testing.T, status corev1.PodStatus) {
	t.Helper()
	name := podName(hostedID, "worker")
	r.Put(r.podStep(hostedID).Path, map[string]any{"metadata": map[string]any{"name": name, "labels": map[string]any{undo.LabelFault: hostedID}}})
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Status: status}
	_, err := r.cluster.Typed.CoreV1().Pods("shop").Create(t.Context(), pod, metav1.CreateOptions{})
	require.NoError(t, err)
}

func podIn(phase corev1.PodPhase, state corev1.ContainerState) corev1.PodStatus {
	return corev1.PodStatus{Phase: phase, PodIP: "10.0.0.1", ContainerStatuses: []corev1.ContainerStatus{{State: state}}}
}

// TestAPodThatMayStartTheKubeletStays: that the node is ready, says the cluster, proves
// nothing. A pod that never ran, or has ended, starts nothing any more.
func TestAPodThatMayStartTheKubeletStays(t *testing.T) {
	running := podIn(corev1.PodRunning, corev1.ContainerState{Running: &corev1.ContainerStateRunning{}})
	waiting := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}
	for name, c := range map[string]struct {
		status corev1.PodStatus
		agent  string
		renews bool
		stays  string // why; empty where it goes
	}{
		"it has started the kubelet":                 {running, machine.Active, false, ""},
		"the kubelet does not start":                 {running, machine.Inactive, false, "was started and is inactive"},
		"it can't be asked":                          {running, "", false, "502 nobody listens"},
		"it can't be asked, the kubelet works":       {running, "", true, "502 nobody listens"},
		"its phase is all that is known":             {corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.0.0.1"}, "", false, "502 nobody listens"},
		"it has ended":                               {podIn(corev1.PodRunning, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}), "", false, ""},
		"it was refused by the node":                 {corev1.PodStatus{Phase: corev1.PodFailed}, "", false, ""},
		"it was never begun with":                    {corev1.PodStatus{Phase: corev1.PodPending}, "", false, ""},
		"it waits for its image, the kubelet works":  {podIn(corev1.PodPending, waiting), "", true, ""},
		"it waits for its image, says who is silent": {podIn(corev1.PodPending, waiting), "", false, "has not reported for 15s"},
	} {
		t.Run(name, func(t *testing.T) {
			onReached(t, func(t *testing.T, r *reached) {
				t.Helper()
				r.agent, r.renews = c.agent, c.renews
				r.runs(t, c.status)
				err := r.Undo(t.Context(), hostedID)
				assert.Equal(t, c.stays != "", r.Get(r.podStep(hostedID).Path) != nil)
				if c.stays == "" {
					require.NoError(t, err)
					require.NoError(t, r.Undo(t.Context(), hostedID), "twice is fine")
					return
				}
				require.ErrorContains(t, err, c.stays)
			})
		})
	}
}

// TestAKubeletHasToBeHeardOf: without a pod that can be asked, a node is well when its
// kubelet is seen to report, and not as long as its cluster believes what it once heard.
func TestAKubeletHasToBeHeardOf(t *testing.T) {
	for name, c := range map[string]struct {
		renews, denied bool
		want, wrong    string
	}{
		"it reports":          {true, false, machine.Active, ""},
		"it is silent":        {false, false, machine.Inactive, ""},
		"nobody may see that": {true, true, "", "the right to get leases in kube-node-lease"},
	} {
		t.Run(name, func(t *testing.T) {
			onReached(t, func(t *testing.T, r *reached) {
				t.Helper()
				r.renews, r.denied = c.renews, c.denied
				for range 2 {
					state, err := r.State(t.Context(), hostedID)
					if c.wrong != "" {
						require.ErrorContains(t, err, c.wrong)
						continue
					}
					require.NoError(t, err)
					assert.Equal(t, c.want, state)
				}
			})
		})
	}
}

// TestLooksThatAreShort add up, and what was seen before the pod was there does not count.
func TestLooksThatAreShort(t *testing.T) {
	onReached(t, func(t *testing.T, r *reached) {
		t.Helper()
		r.renews = true
		looks := 0
		for beats := false; !beats; looks++ {
			require.Less(t, looks, 20, "it is never seen")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			var err error
			beats, err = r.beats(ctx, hostedID)
			cancel()
			require.NoError(t, err)
		}
		assert.Greater(t, looks, 1)
		r.runs(t, corev1.PodStatus{})
		r.agent = machine.Inactive
		state, err := r.State(t.Context(), hostedID)
		require.NoError(t, err)
		assert.Equal(t, machine.Inactive, state)
		r.Drop(r.podStep(hostedID).Path) // by somebody
		r.renews = false
		state, err = r.State(t.Context(), hostedID)
		require.NoError(t, err)
		assert.Equal(t, machine.Inactive, state)
	})
}

// TestTheAgentsWordCounts: the kubelet that it has started need not be waited for.
func TestTheAgentsWordCounts(t *testing.T) {
	onReached(t, func(t *testing.T, r *reached) {
		t.Helper()
		r.agent = machine.Active
		r.runs(t, corev1.PodStatus{})
		require.NoError(t, r.Undo(t.Context(), hostedID))
		began := time.Now()
		state, err := r.State(t.Context(), hostedID)
		require.NoError(t, err)
		assert.Equal(t, machine.Active, state)
		assert.Zero(t, time.Since(began))
	})
}

// TestAPodThatNeverAnsweredGoes with the guard that has made it, and with no other: one that
// was there may have been told to stop the kubelet.
func TestAPodThatNeverAnsweredGoes(t *testing.T) {
	for name, there := range map[string]bool{"made": false, "found": true} {
		t.Run(name, func(t *testing.T) {
			onReached(t, func(t *testing.T, r *reached) {
				t.Helper()
				if there {
					r.runs(t, podIn(corev1.PodRunning, corev1.ContainerState{}))
				}
				require.ErrorContains(t, r.Guard(t.Context(), hostedID, time.Now().Add(5*time.Minute)), "did not answer")
				assert.Equal(t, there, r.Get(r.podStep(hostedID).Path) != nil)
			})
		})
	}
}
