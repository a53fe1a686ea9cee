package reaper

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

// TestThePodIsAdmittedEverywhere: by Pod Security at its strictest level, and by OpenShift,
// which gives each namespace users of its own and refuses others.
func TestThePodIsAdmittedEverywhere(t *testing.T) {
	p := &post{Cluster: &cluster.Cluster{Access: cluster.Access{AgentImage: "agent"}}, run: "R", namespace: "shop", account: &corev1.ServiceAccount{}}
	pod := p.pod()
	assert.True(t, *pod.Spec.SecurityContext.RunAsNonRoot)
	assert.Nil(t, pod.Spec.SecurityContext.RunAsUser, "the image names one that is not root")
	assert.Nil(t, pod.Spec.SecurityContext.RunAsGroup)
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.Spec.SecurityContext.SeccompProfile.Type)
	c := pod.Spec.Containers[0].SecurityContext
	assert.False(t, *c.AllowPrivilegeEscalation)
	assert.Equal(t, []corev1.Capability{"ALL"}, c.Capabilities.Drop)
}
