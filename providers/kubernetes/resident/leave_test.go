package resident

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// TestAnAgentThatHasLeftIsReplaced though the kubelet has not said yet that it has.
func TestAnAgentThatHasLeftIsReplaced(t *testing.T) {
	network, runs := inside(Network, ""), isRunning()
	for name, c := range map[string]struct {
		do   func(*Keeper, *speaking) error
		want string
	}{
		"before the baseline": {func(k *Keeper, s *speaking) error {
			name, err := k.Ensure(t.Context(), s.Cluster, network, time.Hour)
			assert.Equal(t, second, name)
			return err
		}, "status"},
		"at the injection": {func(k *Keeper, s *speaking) error {
			return k.Inject(t.Context(), s.Cluster, network, "id", wire.Fault{Deadline: time.Now().Add(time.Minute)})
		}, "inject"},
	} {
		t.Run(name, func(t *testing.T) {
			s := speakingIn(t, with(target(), network, agentImage, &runs), agentImage, nil)
			s.left = first
			require.NoError(t, c.do(&Keeper{}, s))
			assert.Equal(t, []string{c.want + " " + second}, s.asked)
			assert.Len(t, s.images(), 2)
		})
	}
}

// TestAnAgentThatRefusesIsNotReplaced: it is there, and has said why.
func TestAnAgentThatRefusesIsNotReplaced(t *testing.T) {
	network, runs := inside(Network, ""), isRunning()
	s := speakingIn(t, with(target(), network, agentImage, &runs), agentImage, map[string]wire.Reply{first: {Error: "no such device"}})
	err := (&Keeper{}).Inject(t.Context(), s.Cluster, network, "id", wire.Fault{Deadline: time.Now().Add(time.Minute)})
	require.ErrorContains(t, err, "no such device")
	assert.Equal(t, []string{"inject " + first}, s.asked)
	assert.Len(t, s.images(), 1)
}

// TestAnAgentThatIsThereIsToldToStay, one of another version, too, which does not know of it and answers all the same.
func TestAnAgentThatIsThereIsToldToStay(t *testing.T) {
	network := inside(Network, "")
	for name, state := range map[string]*corev1.ContainerState{"it runs": {Running: &corev1.ContainerStateRunning{}}, "it starts": nil} {
		t.Run(name, func(t *testing.T) {
			s := speakingIn(t, with(target(), network, agentImage, state), agentImage, nil)
			name, err := (&Keeper{}).Ensure(t.Context(), s.Cluster, network, time.Hour)
			require.NoError(t, err)
			assert.Equal(t, first, name)
			assert.Equal(t, []string{"status " + first}, s.asked)
			assert.Equal(t, time.Hour, s.stay)
		})
	}
}
