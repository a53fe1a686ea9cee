package inside

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/prober"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Labels of prober pods, beside the run's.
const (
	labelName    = "app.kubernetes.io/name"
	labelManager = "app.kubernetes.io/managed-by"
	podName      = "gameday-prober"
)

// Namespace is where prober pods are: the first of the fence.
func Namespace(a cluster.Access) string {
	if len(a.Namespaces) > 0 {
		return a.Namespaces[0]
	}
	return corev1.NamespaceDefault
}

// name of the n-th pod of a run in an environment, from 0.
func name(run, environment string, n int) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(environment)) // never fails
	text := fmt.Sprintf("%s-%s-%06x", podName, plain(run), hash.Sum32()&0xffffff)
	if n > 0 {
		text += "-" + strconv.Itoa(n)
	}
	return text
}

// plain is a run's id as part of a name.
func plain(run string) string {
	const most = 32
	text := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(run))
	return text[:min(len(text), most)]
}

// pod is a prober's pod. It needs no rights, writes nothing but to memory, is not
// evicted by taints that come while it runs, and keeps away from nodes on which one
// before it was lost.
func pod(a cluster.Access, run, name string, avoid []string) *corev1.Pod {
	grace := int64(1)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: Namespace(a),
			Labels:      map[string]string{labelName: podName, labelManager: "gameday", undo.LabelRun: run},
			Annotations: map[string]string{"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
		},
		Spec: corev1.PodSpec{
			RestartPolicy:                 corev1.RestartPolicyNever, // one that has ended knows nothing any more
			AutomountServiceAccountToken:  new(bool),
			EnableServiceLinks:            new(bool),
			TerminationGracePeriodSeconds: &grace,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot:   yes(), // by the user that the image names, or that OpenShift gives to the namespace
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Tolerations: tolerations(),
			Affinity:    affinity(a, avoid),
			Containers:  []corev1.Container{container(a)},
			Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
				Medium: corev1.StorageMediumMemory, SizeLimit: quantity("4Mi"),
			}}}},
		},
	}
}

// container asks for little, and may use what processor time there is: a load that
// is throttled measures the throttle.
func container(a cluster.Access) corev1.Container {
	return corev1.Container{
		Name: "prober", Image: a.AgentImage, ImagePullPolicy: corev1.PullIfNotPresent,
		Args:         []string{prober.Role, "-port=" + strconv.Itoa(prober.Port), "-idle=" + prober.Idle.String()},
		VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: *quantity("50m"), corev1.ResourceMemory: *quantity("64Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: *quantity("512Mi")},
		},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(bool), ReadOnlyRootFilesystem: yes(),
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
}

// controlPlane is the label, and the taint, of a control plane's nodes.
const controlPlane = "node-role.kubernetes.io/control-plane"

// tolerations keep the pod where it is, whatever a fault does to its node's taints.
// A node that was cordoned takes no new one.
func tolerations() []corev1.Toleration {
	return []corev1.Toleration{
		{Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute},
		{Key: controlPlane, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
	}
}

// affinity prefers nodes that nothing has happened to. On kind that is the control
// plane: workers are what faults act on.
func affinity(a cluster.Access, avoid []string) *corev1.Affinity {
	var terms []corev1.PreferredSchedulingTerm
	if len(avoid) > 0 {
		terms = append(terms, preferred(100, "kubernetes.io/hostname", corev1.NodeSelectorOpNotIn, avoid...))
	}
	if a.Kind != "" {
		terms = append(terms, preferred(50, controlPlane, corev1.NodeSelectorOpExists))
	}
	if len(terms) == 0 {
		return nil
	}
	return &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: terms}}
}

func preferred(weight int32, label string, how corev1.NodeSelectorOperator, values ...string) corev1.PreferredSchedulingTerm {
	return corev1.PreferredSchedulingTerm{Weight: weight, Preference: corev1.NodeSelectorTerm{
		MatchExpressions: []corev1.NodeSelectorRequirement{{Key: label, Operator: how, Values: values}},
	}}
}

func yes() *bool { b := true; return &b }

func quantity(text string) *resource.Quantity { q := resource.MustParse(text); return &q }
