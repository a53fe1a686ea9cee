package nodes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
)

func TestAShotIsOverWithItsContainer(t *testing.T) {
	over := func(code int32) corev1.PodStatus {
		return corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{
			{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}},
		}}
	}
	for name, c := range map[string]struct {
		status   corev1.PodStatus
		done, ok bool
	}{
		"starting":                        {corev1.PodStatus{Phase: corev1.PodPending}, false, false},
		"running":                         {corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: make([]corev1.ContainerStatus, 1)}, false, false},
		"ended, the pod not taken down":   {over(0), true, true},
		"failed, the pod not taken down":  {over(1), true, false},
		"succeeded":                       {corev1.PodStatus{Phase: corev1.PodSucceeded}, true, true},
		"failed before any container ran": {corev1.PodStatus{Phase: corev1.PodFailed}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			done, ok := ended(&corev1.Pod{Status: c.status})
			assert.Equal(t, c.done, done)
			assert.Equal(t, c.ok, ok)
		})
	}
}
