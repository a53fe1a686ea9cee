package resident

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const agentImage = "registry.example.com/gameday/agent:1.0"

func stepOf(profile Profile) claim.PodStep {
	return claim.PodStep{
		Namespace: "shop", Pod: "web-1", UID: "uid-web-1", Profile: string(profile),
		Host: claim.HostPod{Namespace: "tools", Name: HostName("run-1", "experiment.a.fault.b", "uid-web-1"), Run: "run-1"},
	}
}

func target() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", UID: "uid-web-1"},
		Spec:       corev1.PodSpec{NodeName: "worker"}, Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

// host is an agent's pod whose container is in a state.
func host(profile Profile, state corev1.ContainerState) *corev1.Pod {
	pod := hostPod(stepOf(profile), target(), agentImage, time.Minute)
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: hostContainer, State: state}}
	return pod
}

func exited(code int32) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}
}

func clusterOf(objects ...runtime.Object) *cluster.Cluster {
	return &cluster.Cluster{Typed: fake.NewClientset(objects...), Access: cluster.Access{AgentImage: agentImage, AllowPrivileged: true}}
}

// TestHostPods are bound to the node, end by themselves, and are known as the run's.
func TestHostPods(t *testing.T) {
	pod := hostPod(stepOf(Network), target(), agentImage, time.Minute)
	assert.Equal(t, "worker", pod.Spec.NodeName)
	assert.Equal(t, "tools", pod.Namespace)
	assert.True(t, pod.Spec.HostPID)
	assert.False(t, *pod.Spec.AutomountServiceAccountToken)
	assert.Equal(t, "run-1", pod.Labels[undo.LabelRun])
	assert.NotContains(t, pod.Labels, undo.LabelFault, "it is there before its fault has an id")
	assert.Greater(t, time.Duration(*pod.Spec.ActiveDeadlineSeconds)*time.Second, time.Minute, "not before what it waits for")
	assert.Equal(t, []string{"resident", "-name=" + pod.Name, "-for=1m0s", "-pod-uid=uid-web-1", "-in-network=true", "-in-group=false"}, pod.Spec.Containers[0].Args)
	for _, profile := range []Profile{Stress, Process} {
		assert.Contains(t, hostPod(stepOf(profile), target(), agentImage, time.Minute).Spec.Containers[0].Args, "-in-group=true")
	}
	assert.NotEqual(t, HostName("run-1", "a", "u"), HostName("run-1", "b", "u"), "one a fault")
}

// TestStatusWithoutAnAgent: what an agent may have left is told, and nothing else.
func TestStatusWithoutAnAgent(t *testing.T) {
	soon, past := time.Now().Add(time.Minute), time.Now().Add(-time.Minute)
	for name, c := range map[string]struct {
		profile  Profile
		objects  []runtime.Object
		deadline time.Time
		want     wire.State
	}{
		"never made":                    {Network, nil, soon, wire.Absent},
		"ended in order":                {Network, []runtime.Object{host(Network, exited(0))}, soon, wire.Absent},
		"killed":                        {Network, []runtime.Object{host(Network, exited(137))}, soon, wire.Left},
		"killed, and the time is over":  {Network, []runtime.Object{host(Network, exited(137))}, past, wire.Absent},
		"killed, and nothing is beside": {Process, []runtime.Object{host(Process, exited(137))}, soon, wire.Absent},
	} {
		t.Run(name, func(t *testing.T) {
			reply, err := (&Keeper{}).Status(t.Context(), clusterOf(c.objects...), stepOf(c.profile), "id", c.deadline)
			require.NoError(t, err)
			assert.Equal(t, c.want, reply.State)
		})
	}
}

// TestAgentsSayWhyTheyHaveEnded, in the pod's status, where a plan and an error look.
func TestAgentsSayWhyTheyHaveEnded(t *testing.T) {
	added := container(target(), inside(Stress, ""), agentImage, time.Minute)
	assert.Equal(t, corev1.TerminationMessageFallbackToLogsOnError, added.TerminationMessagePolicy)
}

// TestRevertRemovesTheHost by what the claim says alone.
func TestRevertRemovesTheHost(t *testing.T) {
	soon, past := time.Now().Add(time.Minute), time.Now().Add(-time.Minute)
	for name, c := range map[string]struct {
		profile  Profile
		objects  []runtime.Object
		deadline time.Time
	}{
		"ended in order":               {Network, []runtime.Object{target(), host(Network, exited(0))}, soon},
		"not started yet":              {Network, []runtime.Object{target(), host(Network, corev1.ContainerState{})}, soon},
		"killed, and its time is over": {Network, []runtime.Object{target(), host(Network, exited(137))}, past},
		"killed with what it did":      {Stress, []runtime.Object{target(), host(Stress, exited(137))}, soon},
		"the target is gone":           {Network, []runtime.Object{host(Network, exited(137))}, soon},
		"never made":                   {Process, []runtime.Object{target()}, soon},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := clusterOf(c.objects...)
			require.NoError(t, (&Keeper{}).Revert(t.Context(), cluster, stepOf(c.profile), "id", c.deadline))
			left, err := Hosts(t.Context(), cluster, "run-1")
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// TestForeignPodsStay: one that has the name of an agent's and is none.
func TestForeignPodsStay(t *testing.T) {
	foreign := host(Stress, exited(0))
	foreign.Labels = nil
	err := (&Keeper{}).Revert(t.Context(), clusterOf(target(), foreign), stepOf(Stress), "id", time.Now().Add(time.Minute))
	require.ErrorIs(t, err, errForeign)
}

// TestOneThatEndedMakesRoom for another agent of the same fault.
func TestOneThatEndedMakesRoom(t *testing.T) {
	before := host(Network, exited(137))
	before.UID = "before"
	c := clusterOf(target(), before)
	made, err := madeHost(t.Context(), c, stepOf(Network), target(), agentImage, time.Minute)
	require.NoError(t, err)
	assert.Empty(t, made.UID)
	assert.Empty(t, made.Status.ContainerStatuses)
	again, err := madeHost(t.Context(), c, stepOf(Network), target(), agentImage, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, made.Name, again.Name, "it is there")
}

// TestImageOfAnAgentBefore counts only where that could do as much as the next one.
func TestImageOfAnAgentBefore(t *testing.T) {
	mighty, weak := host(Network, exited(137)), host(Network, exited(137))
	weak.Spec.Containers[0].SecurityContext.Privileged = new(bool)
	assert.Equal(t, agentImage, imageOf(mighty))
	assert.Empty(t, imageOf(weak))
	assert.Empty(t, imageOf(nil))

	c := clusterOf(target(), weak)
	c.Access.AgentImage = ""
	err := (&Keeper{}).Revert(t.Context(), c, stepOf(Network), "id", time.Now().Add(time.Minute))
	require.ErrorIs(t, err, errNoImage)
	left, err := Hosts(t.Context(), c, "run-1")
	require.NoError(t, err)
	assert.Len(t, left, 1, "for who knows an image")
}

// TestHostThatCannotStart says what the cluster says of it.
func TestHostThatCannotStart(t *testing.T) {
	pod := host(Network, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "no such image"}})
	err := notStarted(pod, hostContainer, errEnded)
	require.ErrorContains(t, err, "ErrImagePull no such image")
}
