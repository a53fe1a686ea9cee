package kubernetes

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

const kindDeployment = "deployment"

// workload is what faults need to know of a Deployment or a StatefulSet, whose
// fields have the same names in both. A World does not hold it: what a fault
// changes is read by the fault.
type workload struct {
	target   providers.Target
	Metadata metav1.ObjectMeta
	Spec     struct {
		Replicas            *int32
		Paused              bool
		Selector            *metav1.LabelSelector
		Template            corev1.PodTemplateSpec
		Strategy            appsv1.DeploymentStrategy
		UpdateStrategy      appsv1.StatefulSetUpdateStrategy
		PodManagementPolicy appsv1.PodManagementPolicyType

		// Of StatefulSets: the volumes that each pod has of its own, and what becomes of them.
		VolumeClaimTemplates                 []corev1.PersistentVolumeClaim
		PersistentVolumeClaimRetentionPolicy *appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy
	}
	Status struct {
		ObservedGeneration int64
		Replicas           int32
		UpdatedReplicas    int32
		UpdateRevision     string // of StatefulSets
	}
}

// workload reads a target that is one.
func (s *session) workload(ctx context.Context, t providers.Target) (workload, error) {
	w := workload{target: t}
	path, err := pathOf(t)
	if err != nil {
		return w, err
	}
	return w, s.into(ctx, path, &w)
}

// workloads reads targets, in their order.
func (s *session) workloads(ctx context.Context, targets []providers.Target) ([]workload, error) {
	out := make([]workload, len(targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range targets {
		group.Go(func() (err error) { out[n], err = s.workload(ctx, t); return err })
	}
	return out, group.Wait()
}

// replicas is how many it wants; the API's default is 1.
func (w workload) replicas() int {
	if w.Spec.Replicas == nil {
		return 1
	}
	return int(*w.Spec.Replicas)
}

// seen reports whether its controller has seen its specification.
func (w workload) seen() bool { return w.Status.ObservedGeneration >= w.Metadata.Generation }

// revision tells one version of the template from the next.
func (w workload) revision() string {
	if w.target.Kind == kindDeployment {
		return w.Metadata.Annotations["deployment.kubernetes.io/revision"]
	}
	return w.Status.UpdateRevision
}

// steps are those of workloads that are edited. What the Deployment controller
// copies to ReplicaSets meanwhile is removed after each is restored.
func workloadSteps(all []workload) ([]undo.Step, error) {
	var copies []undo.Step
	var targets []providers.Target
	for _, w := range all {
		targets = append(targets, w.target)
		if w.target.Kind != kindDeployment {
			continue
		}
		selector, err := metav1.LabelSelectorAsSelector(w.Spec.Selector)
		if err != nil {
			return nil, fmt.Errorf("read the selector of %s/%s: %w", w.target.Kind, w.target.Name, err)
		}
		path := "/apis/apps/v1/namespaces/" + w.Metadata.Namespace + "/replicasets?labelSelector=" + url.QueryEscape(selector.String())
		copies = append(copies, undo.Step{Kind: undo.Forget, Path: path, UID: w.target.UID})
	}
	restore, err := restoring(targets)
	return append(copies, restore...), err
}

// workloadRules are the rights to edit workloads and to take it back.
func workloadRules(why string) []providers.AccessRule {
	verbs := []string{"get", "patch"}
	return []providers.AccessRule{
		{Group: "apps", Resource: "deployments", Verbs: verbs, Why: why},
		{Group: "apps", Resource: "statefulsets", Verbs: verbs, Why: why},
		{Group: "apps", Resource: "replicasets", Verbs: verbs, Why: "remove the copies that the Deployment controller makes of annotations"},
	}
}

// podsOf are a workload's pods that have not ended and are not being deleted.
func (s *session) podsOf(ctx context.Context, w workload) ([]corev1.Pod, error) {
	selector := metav1.FormatLabelSelector(w.Spec.Selector)
	list, err := s.Typed.CoreV1().Pods(w.Metadata.Namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, fmt.Errorf("read the pods of %s/%s: %w", w.target.Kind, w.target.Name, err)
	}
	var alive []corev1.Pod
	for i := range list.Items {
		if world.Alive(&list.Items[i]) {
			alive = append(alive, list.Items[i])
		}
	}
	return alive, nil
}

// unsettled asks every target that is still there what is wrong with it.
func (l look) unsettled(ctx context.Context, what func(ctx context.Context, w workload) (string, error)) (string, error) {
	left := make([]string, len(l.record.Targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range l.record.Targets {
		group.Go(func() error {
			w, err := l.session.workload(ctx, t)
			if undo.IsNotFound(err) || err == nil && string(w.Metadata.UID) != t.UID {
				return nil
			}
			if err == nil && !w.seen() {
				left[n] = fmt.Sprintf("the controller of %s/%s has not seen it as it is now", t.Kind, t.Name)
				return nil
			}
			if err == nil {
				left[n], err = what(ctx, w)
			}
			return err
		})
	}
	err := group.Wait()
	return joinedAll(left), err
}

func joinedAll(texts []string) string {
	all := ""
	for _, text := range texts {
		all = joined(all, text)
	}
	return all
}

// into reads an object into a typed one.
func (s *session) into(ctx context.Context, path string, typed any) error {
	o, err := s.API.Get(ctx, path)
	if err != nil {
		return err
	}
	text, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(text, typed)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// namespaceOf is where a target of a namespaced kind lives.
func namespaceOf(t providers.Target) string {
	namespace, _, _ := strings.Cut(t.Name, "/")
	return namespace
}
