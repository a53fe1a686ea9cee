package world

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
)

// namespace reads what lies in one namespace, or in all of them.
func (r *reader) namespace(ns string, w *World) {
	core, apps := r.client.CoreV1(), r.client.AppsV1()
	collect(r, denial{"pods", ns}, &w.Pods, core.Pods(ns).List,
		func(l *corev1.PodList) []corev1.Pod { return l.Items }, leanPod)
	collect(r, denial{"services", ns}, &w.Services, core.Services(ns).List,
		func(l *corev1.ServiceList) []corev1.Service { return l.Items }, leanService)
	collect(r, denial{"apps/deployments", ns}, &w.Deployments, apps.Deployments(ns).List,
		func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items }, leanDeployment)
	collect(r, denial{"apps/replicasets", ns}, &w.ReplicaSets, apps.ReplicaSets(ns).List,
		func(l *appsv1.ReplicaSetList) []appsv1.ReplicaSet { return l.Items }, leanReplicaSet)
	collect(r, denial{"apps/statefulsets", ns}, &w.StatefulSets, apps.StatefulSets(ns).List,
		func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items }, leanStatefulSet)
	collect(r, denial{"apps/daemonsets", ns}, &w.DaemonSets, apps.DaemonSets(ns).List,
		func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items }, leanDaemonSet)
	collect(r, denial{"policy/poddisruptionbudgets", ns}, &w.Budgets, r.client.PolicyV1().PodDisruptionBudgets(ns).List,
		func(l *policyv1.PodDisruptionBudgetList) []policyv1.PodDisruptionBudget { return l.Items }, leanBudget)
	collect(r, denial{"discovery.k8s.io/endpointslices", ns}, &w.Slices, r.client.DiscoveryV1().EndpointSlices(ns).List,
		func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items }, leanSlice)
}
