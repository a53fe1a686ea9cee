package resident

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

const (
	otherImage = "registry.example.com/gameday/agent:0.9"
	first      = "gameday-network-1"
	second     = "gameday-network-2"
)

func inside(profile Profile, container string) claim.PodStep {
	return claim.PodStep{Namespace: "shop", Pod: "web-1", UID: "uid-web-1", Profile: string(profile), Container: container}
}

// with is the pod with one more agent in a state; nil for one of which the kubelet has not said anything.
func with(pod *corev1.Pod, step claim.PodStep, imageName string, state *corev1.ContainerState) *corev1.Pod {
	added := container(pod, step, imageName, time.Minute)
	pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, added)
	if state != nil {
		pod.Status.EphemeralContainerStatuses = append(pod.Status.EphemeralContainerStatuses, corev1.ContainerStatus{Name: added.Name, State: *state})
	}
	return pod
}

// TestRevertFindsTheAgent whatever its image: a sweep knows none, or that of another configuration.
func TestRevertFindsTheAgent(t *testing.T) {
	network, runs, killed := inside(Network, ""), isRunning(), exited(137)
	one := func(state *corev1.ContainerState) *corev1.Pod { return with(target(), network, agentImage, state) }
	two := func(state *corev1.ContainerState) *corev1.Pod { return with(one(&runs), network, otherImage, state) }
	unmighty := one(&killed)
	unmighty.Spec.EphemeralContainers[0].SecurityContext = nil
	soon, past := time.Now().Add(time.Minute), time.Now().Add(-time.Minute)
	for name, c := range map[string]struct {
		pod       *corev1.Pod
		imageName string
		deadline  time.Time
		want      []string // who is asked, in this order
		made      string   // the image of the agent that was added
		err       error
	}{
		"of the image":                  {one(&runs), agentImage, soon, []string{first}, "", nil},
		"no image is known":             {one(&runs), "", soon, []string{first}, "", nil},
		"another image is known":        {one(&runs), otherImage, soon, []string{first}, "", nil},
		"whose it is, nobody knows":     {two(&runs), "", soon, []string{second, first}, "", nil},
		"one runs, and one has ended":   {two(&killed), otherImage, soon, []string{first}, "", nil},
		"not started yet":               {one(nil), "", soon, []string{first}, "", nil},
		"not started yet, another":      {one(nil), otherImage, soon, []string{first}, "", nil},
		"never made":                    {target(), "", soon, nil, "", nil},
		"killed":                        {one(&killed), otherImage, soon, []string{second}, otherImage, nil},
		"killed, no image is known":     {one(&killed), "", soon, []string{second}, agentImage, nil},
		"killed, and the time is over":  {one(&killed), "", past, nil, "", nil},
		"killed, and it could not much": {unmighty, "", soon, nil, "", errNoImage},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(c.pod.Spec.EphemeralContainers)
			s := speakingIn(t, c.pod, c.imageName, nil)
			require.ErrorIs(t, (&Keeper{}).Revert(t.Context(), s.Cluster, network, "id", c.deadline), c.err)
			var want []string
			for _, agent := range c.want {
				want = append(want, "revert "+agent)
			}
			assert.Equal(t, want, s.asked)
			images := s.images()
			if c.made == "" {
				assert.Len(t, images, before)
			} else {
				assert.Equal(t, c.made, images[slices.Max(slices.Collect(maps.Keys(images)))])
			}
		})
	}
}

// TestAgentsOfOtherContainersAreNotAsked, though their names begin alike.
func TestAgentsOfOtherContainersAreNotAsked(t *testing.T) {
	for name, state := range map[string]corev1.ContainerState{"running": isRunning(), "killed": exited(137)} {
		t.Run(name, func(t *testing.T) {
			s := speakingIn(t, with(target(), inside(Process, "app-2"), agentImage, &state), agentImage, nil)
			require.NoError(t, (&Keeper{}).Revert(t.Context(), s.Cluster, inside(Process, "app"), "id", time.Now().Add(time.Minute)))
			reply, err := (&Keeper{}).Status(t.Context(), s.Cluster, inside(Process, "app"), "id", time.Now().Add(time.Minute))
			require.NoError(t, err)
			assert.Equal(t, wire.Absent, reply.State)
			assert.Empty(t, s.asked)
			assert.Len(t, s.images(), 1)
		})
	}
}

// TestRevertWantsTheFaultGone from every agent that it asks, in the pod and beside it.
func TestRevertWantsTheFaultGone(t *testing.T) {
	runs := isRunning()
	for name, c := range map[string]struct {
		answer wire.Reply
		err    string
	}{
		"gone":     {wire.Reply{State: wire.Absent, Detail: "its deadline has passed"}, ""},
		"left":     {wire.Reply{State: wire.Left, Detail: "what it left ends at its deadline"}, "what it left ends at its deadline"},
		"active":   {wire.Reply{State: wire.Active}, `expected that it is "absent", found "active"`},
		"partial":  {wire.Reply{State: wire.Partial}, `found "partial"`},
		"nothing":  {wire.Reply{}, `found ""`},
		"an error": {wire.Reply{Error: "the kernel refuses"}, "the kernel refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			pod := with(with(target(), inside(Network, ""), agentImage, &runs), inside(Network, ""), otherImage, &runs)
			s := speakingIn(t, pod, "", map[string]wire.Reply{first: c.answer, hostContainer: c.answer})
			check(t, (&Keeper{}).Revert(t.Context(), s.Cluster, inside(Network, ""), "id", time.Now().Add(time.Minute)), c.err)
			assert.Len(t, s.asked, 2)

			_, err := s.Typed.CoreV1().Pods("tools").Create(t.Context(), host(Network, runs), metav1.CreateOptions{})
			require.NoError(t, err)
			check(t, (&Keeper{}).Revert(t.Context(), s.Cluster, stepOf(Network), "id", time.Now().Add(time.Minute)), c.err)
		})
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, want)
}

// TestStatusAsksWhoHasTheFault, whatever the image of that agent.
func TestStatusAsksWhoHasTheFault(t *testing.T) {
	runs := isRunning()
	for name, c := range map[string]struct {
		first, second wire.State
		want          wire.State
	}{
		"the first has it":      {wire.Active, wire.Absent, wire.Active},
		"the second has it":     {wire.Absent, wire.Partial, wire.Partial},
		"one sees it, too":      {wire.Active, wire.Left, wire.Active},
		"it was left by others": {wire.Absent, wire.Left, wire.Left},
		"nobody has it":         {wire.Absent, wire.Absent, wire.Absent},
	} {
		for _, known := range []string{"", agentImage, "another"} {
			t.Run(name+", image "+known, func(t *testing.T) {
				pod := with(with(target(), inside(Network, ""), agentImage, &runs), inside(Network, ""), otherImage, &runs)
				s := speakingIn(t, pod, known, map[string]wire.Reply{first: {State: c.first}, second: {State: c.second}})
				reply, err := (&Keeper{}).Status(t.Context(), s.Cluster, inside(Network, ""), "id", time.Now().Add(time.Minute))
				require.NoError(t, err)
				assert.Equal(t, c.want, reply.State)
			})
		}
	}
}

// TestAFaultIsGivenToAnAgentOfTheImage, and not to one of another, which may know less.
func TestAFaultIsGivenToAnAgentOfTheImage(t *testing.T) {
	runs := isRunning()
	s := speakingIn(t, with(target(), inside(Network, ""), otherImage, &runs), agentImage, nil)
	require.NoError(t, (&Keeper{}).Inject(t.Context(), s.Cluster, inside(Network, ""), "id", wire.Fault{Deadline: time.Now().Add(time.Minute)}))
	assert.Equal(t, []string{"inject " + second}, s.asked)
	assert.Equal(t, agentImage, s.images()[second])
}
