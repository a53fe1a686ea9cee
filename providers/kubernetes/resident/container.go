package resident

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
)

// prefix of the names of agents with a profile and a target container.
func prefix(step claim.PodStep) string {
	name := "gameday-" + step.Profile
	if step.Container != "" {
		name += "-" + step.Container
	}
	const most = 63 - len("-9999") // of a container's name
	return name[:min(len(name), most)] + "-"
}

// next is the name for one more agent.
func next(pod *corev1.Pod, step claim.PodStep) string {
	highest := 0
	for _, c := range pod.Spec.EphemeralContainers {
		if n, err := strconv.Atoi(strings.TrimPrefix(c.Name, prefix(step))); err == nil {
			highest = max(highest, n)
		}
	}
	return prefix(step) + strconv.Itoa(highest+1)
}

// container is one more agent for a pod.
func container(pod *corev1.Pod, step claim.PodStep, imageName string, wait time.Duration) corev1.EphemeralContainer {
	name := next(pod, step)
	return corev1.EphemeralContainer{
		EphemeralContainerCommon: corev1.EphemeralContainerCommon{
			Name: name, Image: imageName, ImagePullPolicy: corev1.PullIfNotPresent,
			Args:            []string{agent.Role, "-name=" + name, "-for=" + wait.Round(time.Second).String()},
			SecurityContext: Profile(step.Profile).security(),
		},
		TargetContainerName: step.Container,
	}
}

// running is the agent that a fault can be given to; empty when there is none.
func running(pod *corev1.Pod, step claim.PodStep, imageName string) string {
	for _, c := range pod.Spec.EphemeralContainers {
		if strings.HasPrefix(c.Name, prefix(step)) && c.Image == imageName && c.TargetContainerName == step.Container {
			if s := statusOf(pod, c.Name); s != nil && s.State.Running != nil {
				return c.Name
			}
		}
	}
	return ""
}

// starting is an agent that was asked for and has neither run nor failed yet.
func starting(pod *corev1.Pod, step claim.PodStep, imageName string) string {
	for _, c := range pod.Spec.EphemeralContainers {
		if strings.HasPrefix(c.Name, prefix(step)) && c.Image == imageName && c.TargetContainerName == step.Container {
			if s := statusOf(pod, c.Name); s == nil || s.State.Running == nil && s.State.Terminated == nil {
				return c.Name
			}
		}
	}
	return ""
}

// ended reports whether an agent was there that runs no more.
func ended(pod *corev1.Pod, step claim.PodStep) bool {
	for _, s := range pod.Status.EphemeralContainerStatuses {
		if strings.HasPrefix(s.Name, prefix(step)) && s.State.Terminated != nil {
			return true
		}
	}
	return false
}

// statusOf finds a container among the ephemeral ones and, of an agent's own pod, the
// others: no two have one name.
func statusOf(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, all := range [][]corev1.ContainerStatus{pod.Status.EphemeralContainerStatuses, pod.Status.ContainerStatuses} {
		if at := slices.IndexFunc(all, func(s corev1.ContainerStatus) bool { return s.Name == name }); at >= 0 {
			return &all[at]
		}
	}
	return nil
}

// waits says why an agent does not run; empty when nobody says.
func waits(pod *corev1.Pod, name string) string {
	s := statusOf(pod, name)
	switch {
	case s == nil:
		return "its kubelet has not said anything about it yet"
	case s.State.Waiting != nil:
		return strings.TrimSpace(s.State.Waiting.Reason + " " + s.State.Waiting.Message)
	case s.State.Terminated != nil:
		return fmt.Sprintf("it ended with exit code %d: %s %s", s.State.Terminated.ExitCode, s.State.Terminated.Reason, s.State.Terminated.Message)
	}
	return ""
}
