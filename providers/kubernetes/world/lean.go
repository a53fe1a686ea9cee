package world

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Every lean function leaves of an object what plans are made of, and reports
// whether it is kept. Large clusters would not fit otherwise.

func leanMeta(m *metav1.ObjectMeta) {
	m.ManagedFields = nil
	delete(m.Annotations, corev1.LastAppliedConfigAnnotation)
}

func leanNode(n *corev1.Node) bool {
	leanMeta(&n.ObjectMeta)
	n.Status = corev1.NodeStatus{Conditions: n.Status.Conditions, Addresses: n.Status.Addresses}
	return true
}

func leanService(s *corev1.Service) bool {
	leanMeta(&s.ObjectMeta)
	s.Status = corev1.ServiceStatus{}
	return true
}

func leanDeployment(d *appsv1.Deployment) bool {
	leanMeta(&d.ObjectMeta)
	d.Spec.Template, d.Status.Conditions = corev1.PodTemplateSpec{}, nil
	return true
}

// leanReplicaSet keeps those of older revisions out: they own no pods.
func leanReplicaSet(s *appsv1.ReplicaSet) bool {
	leanMeta(&s.ObjectMeta)
	s.Annotations = nil
	s.Spec.Template, s.Status.Conditions = corev1.PodTemplateSpec{}, nil
	return wanted(s.Spec.Replicas) > 0 || s.Status.Replicas > 0
}

func leanStatefulSet(s *appsv1.StatefulSet) bool {
	leanMeta(&s.ObjectMeta)
	s.Spec.Template, s.Spec.VolumeClaimTemplates, s.Status.Conditions = corev1.PodTemplateSpec{}, nil, nil
	return true
}

func leanDaemonSet(d *appsv1.DaemonSet) bool {
	leanMeta(&d.ObjectMeta)
	d.Spec.Template, d.Status.Conditions = corev1.PodTemplateSpec{}, nil
	return true
}

func leanBudget(b *policyv1.PodDisruptionBudget) bool {
	leanMeta(&b.ObjectMeta)
	b.Status.DisruptedPods, b.Status.Conditions = nil, nil
	return true
}

// leanSlice keeps one address of each endpoint: those without any do not count as ready.
func leanSlice(s *discoveryv1.EndpointSlice) bool {
	leanMeta(&s.ObjectMeta)
	s.Annotations = nil
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		s.Endpoints[i] = discoveryv1.Endpoint{Conditions: e.Conditions, TargetRef: e.TargetRef, Addresses: e.Addresses[:min(1, len(e.Addresses))]}
	}
	return true
}
