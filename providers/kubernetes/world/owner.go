package world

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func lower(kind string) string { return strings.ToLower(kind) }

// OwnerOf finds the outermost controller of a pod: of a ReplicaSet its
// Deployment. A bare pod, or one whose controller is of a kind that is not read,
// has what its own reference says; without a controller the result is false.
func (w *World) OwnerOf(pod *corev1.Pod) (Owner, bool) { return w.index().ownerOf(pod) }

func (t *tables) ownerOf(pod *corev1.Pod) (Owner, bool) {
	ref := metav1.GetControllerOfNoCopy(pod)
	if ref == nil {
		return Owner{}, false
	}
	owner := Owner{Kind: ref.Kind, Namespace: pod.Namespace, Name: ref.Name, UID: string(ref.UID)}
	switch ref.Kind {
	case "ReplicaSet":
		return t.ownerOfReplicaSet(owner), true
	case "StatefulSet":
		if s := t.statefulSets[ref.UID]; s != nil {
			owner.Replicas = wanted(s.Spec.Replicas)
		}
	case "DaemonSet":
		if d := t.daemonSets[ref.UID]; d != nil {
			owner.Replicas = int(d.Status.DesiredNumberScheduled)
		}
	}
	return owner, true
}

func (t *tables) ownerOfReplicaSet(owner Owner) Owner {
	set := t.replicaSets[types.UID(owner.UID)]
	if set == nil {
		return owner
	}
	owner.Replicas = wanted(set.Spec.Replicas)
	ref := metav1.GetControllerOfNoCopy(set)
	if ref == nil {
		return owner
	}
	owner.Kind, owner.Name, owner.UID = ref.Kind, ref.Name, string(ref.UID)
	if d := t.deployments[ref.UID]; d != nil {
		owner.Replicas = wanted(d.Spec.Replicas)
	}
	return owner
}

// wanted is a number of replicas; the API's default is 1.
func wanted(replicas *int32) int {
	if replicas == nil {
		return 1
	}
	return int(*replicas)
}
