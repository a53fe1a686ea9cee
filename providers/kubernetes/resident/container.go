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
			Args:                     []string{agent.Role, "-name=" + name, "-for=" + wait.Round(time.Second).String()},
			SecurityContext:          Profile(step.Profile).security(),
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError, // why it could not begin
		},
		TargetContainerName: step.Container,
	}
}

// agents are the containers of a pod that are agents for a step and in a state, the latest first. Any image will do: who
// undoes a fault may know none, or another than the one that the fault was given to.
func agents(pod *corev1.Pod, step claim.PodStep, in func(*corev1.ContainerStatus) bool) []corev1.EphemeralContainer {
	var out []corev1.EphemeralContainer
	for _, c := range slices.Backward(pod.Spec.EphemeralContainers) {
		if strings.HasPrefix(c.Name, prefix(step)) && c.TargetContainerName == step.Container && in(statusOf(pod, c.Name)) {
			out = append(out, c)
		}
	}
	return out
}

// The states: any, it can be asked, it was asked for and has neither run nor failed yet, it runs no more.
func anyState(*corev1.ContainerStatus) bool { return true }
func runs(s *corev1.ContainerStatus) bool   { return s != nil && s.State.Running != nil }
func starts(s *corev1.ContainerStatus) bool { return !runs(s) && !ended(s) }
func ended(s *corev1.ContainerStatus) bool  { return s != nil && s.State.Terminated != nil }

// ofImage is the name of the first agent that has an image; empty when none has.
func ofImage(all []corev1.EphemeralContainer, imageName string) string {
	for _, c := range all {
		if c.Image == imageName {
			return c.Name
		}
	}
	return ""
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
