package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/volume"
)

// mountedAt is where the pod has the volume.
const mountedAt = "/volume"

// fillerName is the name of the pod that fills a target's volume.
func fillerName(id string, t providers.Target) string {
	return "gameday-" + strings.ToLower(id) + "-" + t.UID[:min(8, len(t.UID))]
}

func (pvcFill) inject(ctx context.Context, i injection) error {
	w, err := i.session.read(ctx, freshFor)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range i.record.Targets {
		group.Go(func() error {
			namespace, name, _ := strings.Cut(t.Name, "/")
			users, err := i.session.inFull(ctx, usersOf(w.Pods, t.Name))
			if err != nil {
				return fmt.Errorf("read who uses %s: %w", t.Name, err)
			}
			pod := i.filler(t, name, users)
			body, err := asMap(pod)
			if err != nil {
				return err
			}
			if err := i.session.API.Add(ctx, i.record.Run, i.record.ID, "/api/v1/namespaces/"+namespace+"/pods", i.steps[n], body); err != nil {
				return fmt.Errorf("put a pod beside the volume of %s: %w", t.Name, err)
			}
			return i.session.filled(ctx, i.record.ID, t)
		})
	}
	return group.Wait()
}

// inFull is the first of pods that is still there, with the security context that the
// world leaves out; none when all are gone.
func (s *session) inFull(ctx context.Context, pods []*corev1.Pod) ([]*corev1.Pod, error) {
	for _, p := range pods {
		pod, err := s.pod(ctx, providers.Target{Name: p.Namespace + "/" + p.Name, UID: string(p.UID)})
		if apierrors.IsNotFound(err) {
			continue
		}
		return []*corev1.Pod{pod}, err
	}
	return nil, nil
}

// filler is the pod that takes the space.
func (i injection) filler(t providers.Target, claim string, users []*corev1.Pod) *corev1.Pod {
	amount := volume.Amount{Bytes: i.config.Size("size"), Percent: i.config.Float("percent"), Reserve: i.config.Size("reserve")}
	left := max(1, int64(time.Until(i.record.Deadline).Seconds()))
	grace, no := int64(0), false
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: fillerName(i.record.ID, t)},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, ActiveDeadlineSeconds: &left, TerminationGracePeriodSeconds: &grace,
			AutomountServiceAccountToken: &no, EnableServiceLinks: &no,
			Volumes: []corev1.Volume{{Name: "filled", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
			}}},
			Containers: []corev1.Container{{
				Name: "fill", Image: i.session.Access.AgentImage, ImagePullPolicy: corev1.PullIfNotPresent,
				Args:                     volume.Args(path.Join(mountedAt, i.config.String("path")), amount, i.record.Deadline),
				TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
				VolumeMounts:             []corev1.VolumeMount{{Name: "filled", MountPath: mountedAt}},
			}},
		},
	}
	as(pod, users)
	return pod
}

// as makes a pod run on the node and as the user of one that uses the volume
// already: so it may mount it, and may write to it.
func as(pod *corev1.Pod, users []*corev1.Pod) {
	root, no := int64(0), false
	mine := &corev1.SecurityContext{AllowPrivilegeEscalation: &no, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
	pod.Spec.Containers[0].SecurityContext = mine
	if len(users) == 0 {
		mine.RunAsUser = &root
		return
	}
	user := users[0]
	pod.Spec.NodeName, pod.Spec.Tolerations = user.Spec.NodeName, []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	pod.Spec.SecurityContext = user.Spec.SecurityContext
	if theirs := user.Spec.Containers[0].SecurityContext; theirs != nil {
		mine.RunAsUser, mine.RunAsGroup, mine.RunAsNonRoot = theirs.RunAsUser, theirs.RunAsGroup, theirs.RunAsNonRoot
		mine.Capabilities = theirs.Capabilities
	}
	ofPod := pod.Spec.SecurityContext
	// A user that the image alone names is not known here; root is what it most
	// often is, and the agent's own image says another.
	if mine.RunAsUser == nil && (ofPod == nil || ofPod.RunAsUser == nil) && !isTrue(mine.RunAsNonRoot) && (ofPod == nil || !isTrue(ofPod.RunAsNonRoot)) {
		mine.RunAsUser = &root
	}
}

func isTrue(b *bool) bool { return b != nil && *b }

func asMap(pod *corev1.Pod) (map[string]any, error) {
	text, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(text, &out)
	delete(out, "status")
	return out, err
}

// filled waits until the pod holds the space, or has given up.
func (s *session) filled(ctx context.Context, id string, t providers.Target) error {
	for {
		_, detail, err := s.holding(ctx, id, t)
		switch {
		case err == nil && detail == "":
			return nil
		case err != nil:
			return err
		}
		if !pause.For(ctx, 100*time.Millisecond) {
			return fmt.Errorf("the volume of %s is not filled yet: %s: %w", t.Name, detail, context.Cause(ctx))
		}
	}
}

// holding is what the pod holds of a volume. While it does not, detail says why; the
// error is of a pod that has ended.
func (s *session) holding(ctx context.Context, id string, t providers.Target) (report volume.Report, detail string, err error) {
	namespace, _, _ := strings.Cut(t.Name, "/")
	pods := s.Typed.CoreV1().Pods(namespace)
	pod, err := pods.Get(ctx, fillerName(id, t), metav1.GetOptions{})
	if err != nil {
		return report, "", err
	}
	switch pod.Status.Phase {
	case corev1.PodRunning:
	case corev1.PodFailed, corev1.PodSucceeded:
		return report, "", fmt.Errorf("the pod %s/%s that fills the volume has ended%s %s", namespace, pod.Name, nodes.Waits(pod), pod.Status.Message)
	default:
		return report, "its pod is " + string(pod.Status.Phase) + nodes.Waits(pod), nil
	}
	lines := int64(1)
	text, err := pods.GetLogs(pod.Name, &corev1.PodLogOptions{TailLines: &lines}).DoRaw(ctx)
	if err != nil {
		// One answer that fails says nothing of the volume: it is asked for again.
		return report, fmt.Sprintf("what its pod %s/%s says could not be read: %s", namespace, pod.Name, err), nil
	}
	if json.Unmarshal(text, &report) != nil {
		return report, "its pod has not reported yet", nil //nolint:nilerr // what is no report yet is no failure
	}
	return report, "", nil
}

// observe takes what the running pods say that they hold. They hold it as long as
// they run.
func (pvcFill) observe(ctx context.Context, l look) ([]finding, error) {
	out := make([]finding, len(l.record.Targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range l.record.Targets {
		group.Go(func() error {
			f := finding{target: t.Name, state: providers.Absent}
			report, detail, err := l.session.holding(ctx, l.record.ID, t)
			switch {
			case apierrors.IsNotFound(err):
				f.detail = "there is no pod that fills it"
			case err != nil:
				f.detail = err.Error()
			case detail != "":
				f.detail = detail
			default:
				f.state = providers.Active
				f.facts = []providers.Fact{{
					Name: "bytes_held", Value: float64(report.Bytes), Unit: "bytes",
					Text: fmt.Sprintf("%.1f MiB of the volume of %s are held, %.1f MiB of %.1f MiB are available", mebi(report.Bytes), t.Name, mebi(report.Available), mebi(report.Total)),
				}}
			}
			out[n] = f
			return nil
		})
	}
	return out, group.Wait()
}

func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }
