package reaper

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (p *post) makePod(ctx context.Context) error {
	_, err := p.Typed.CoreV1().Pods(p.namespace).Create(ctx, p.pod(), metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create its pod: %w", err)
	}
	return nil
}

// pod is what the strictest Pod Security level admits, and OpenShift, which refuses users that are not its namespace's own:
// the image names one that is not root. It tolerates every taint, as
// taints are faults too, and would rather run where faults on nodes seldom happen.
func (p *post) pod() *corev1.Pod {
	yes, no, now := true, false, int64(1)
	return &corev1.Pod{
		ObjectMeta: p.owned(p.account.Name),
		Spec: corev1.PodSpec{
			ServiceAccountName:            p.account.Name,
			RestartPolicy:                 corev1.RestartPolicyOnFailure,
			TerminationGracePeriodSeconds: &now,
			EnableServiceLinks:            &no,
			Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Affinity:                      &corev1.Affinity{NodeAffinity: preferControlPlane()},
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot:   &yes,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "reaper", Image: p.Access.AgentImage, ImagePullPolicy: corev1.PullIfNotPresent,
				Args: []string{"reaper", "--run", p.run, "--namespace", p.namespace, "--name", p.account.Name},
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
				Resources: corev1.ResourceRequirements{
					Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("5m"), corev1.ResourceMemory: resource.MustParse("16Mi")},
					Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("64Mi")},
				},
			}},
		},
	}
}

func preferControlPlane() *corev1.NodeAffinity {
	return &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{
		Weight: 100,
		Preference: corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
			{Key: "node-role.kubernetes.io/control-plane", Operator: corev1.NodeSelectorOpExists},
		}},
	}}}
}
