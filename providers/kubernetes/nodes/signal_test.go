package nodes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

func TestAShotIsOverWithItsContainer(t *testing.T) {
	over := func(code int32) corev1.PodStatus {
		return corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{
			{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}},
		}}
	}
	for name, c := range map[string]struct {
		status corev1.PodStatus
		code   int32
		done   bool
	}{
		"starting":                        {corev1.PodStatus{Phase: corev1.PodPending}, 0, false},
		"running":                         {corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: make([]corev1.ContainerStatus, 1)}, 0, false},
		"ended, the pod not taken down":   {over(0), 0, true},
		"failed, the pod not taken down":  {over(1), 1, true},
		"there was nothing to hit":        {over(machine.SignalMissed), machine.SignalMissed, true},
		"succeeded":                       {corev1.PodStatus{Phase: corev1.PodSucceeded}, 0, true},
		"failed before any container ran": {corev1.PodStatus{Phase: corev1.PodFailed}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			code, done := ended(&corev1.Pod{Status: c.status})
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.done, done)
		})
	}
}

// TestAShotTellsWhetherItHit: the privileged pod says so by its exit code.
func TestAShotTellsWhetherItHit(t *testing.T) {
	for name, c := range map[string]struct {
		code  int32
		hit   bool
		wrong string
	}{
		"it hit":                     {0, true, ""},
		"the container had ended":    {machine.SignalMissed, false, ""},
		"the signal cannot be sent":  {1, false, "send SIGKILL to container 5f3a"},
		"the agent does not know it": {2, false, "send SIGKILL to container 5f3a"},
	} {
		t.Run(name, func(t *testing.T) {
			shot := Shot{Node: claim.NodeStep{Node: "worker", Via: viaPod}, Container: "5f3a", Namespace: "shop"}
			server, api := apitest.New(t)
			agent := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: podName("id", shot.Container)}}
			agent.Status.ContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: c.code}}}}
			hit, err := Fire(t.Context(), &cluster.Cluster{API: api, Typed: fake.NewClientset(agent)}, "run", "id", shot, "SIGKILL")
			assert.Equal(t, c.hit, hit)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Empty(t, server.Paths(), "its pod is removed")
		})
	}
}
