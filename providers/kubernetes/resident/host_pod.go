package resident

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const (
	// HostLabel tells the pods of agents from what else accompanies a run, beside
	// undo.LabelRun.
	HostLabel = "app.kubernetes.io/component"
	// HostValue is its value.
	HostValue = "agent"

	// hostContainer is the only container of such a pod.
	hostContainer = "agent"

	// targetAnnotation says to people whom the pod is for.
	targetAnnotation = "gameday.dev/target"
)

// HostName is the name of the pod of an agent for one fault on one pod. The same fault of
// the same run finds it again, also where it has no id yet.
func HostName(run, address, uid string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + address + "\x00" + uid))
	return "gameday-agent-" + hex.EncodeToString(sum[:6])
}

// hosted reports whether the agent has a pod of its own.
func hosted(step claim.PodStep) bool { return step.Host.Name != "" }

// serves is how long an agent may need, once it is told to end, for what was begun
// before: more than it takes.
const serves = 5*time.Minute + 10*time.Second

// hostPod is the pod of an agent for a pod. It ends, though everybody has forgotten it,
// after what it may serve at most. It asks for nothing of the node, as it must not change what
// fits there, and has no rights at the API server.
func hostPod(step claim.PodStep, target *corev1.Pod, image string, wait time.Duration) *corev1.Pod {
	profile := Profile(step.Profile)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: step.Host.Namespace, Name: step.Host.Name,
			Labels:      map[string]string{HostLabel: HostValue, undo.LabelRun: step.Host.Run, "app.kubernetes.io/managed-by": "gameday"},
			Annotations: map[string]string{targetAnnotation: target.Namespace + "/" + target.Name},
		},
		Spec: corev1.PodSpec{
			NodeName: target.Spec.NodeName, HostPID: true, RestartPolicy: corev1.RestartPolicyNever,
			ActiveDeadlineSeconds: pointer(seconds(wait + serves)), TerminationGracePeriodSeconds: pointer(seconds(serves)),
			AutomountServiceAccountToken: new(bool), EnableServiceLinks: new(bool),
			Tolerations: []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Containers: []corev1.Container{{
				Name: hostContainer, Image: image, ImagePullPolicy: corev1.PullIfNotPresent,
				Args: append([]string{agent.Role, "-name=" + step.Host.Name, "-for=" + wait.Round(time.Second).String()},
					agent.HostArgs(string(target.UID), profile == Network, profile != Network)...),
				SecurityContext:          &corev1.SecurityContext{Privileged: pointer(true), RunAsUser: new(int64), RunAsNonRoot: new(bool)},
				TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError, // why it could not go inside
			}},
		},
	}
}

func seconds(d time.Duration) int64 { return max(1, int64(d.Round(time.Second)/time.Second)) }
