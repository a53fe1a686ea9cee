package world

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Ready reports whether a pod counts as ready: its Ready condition is true.
func Ready(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// Alive reports whether a pod can be harmed: it has not ended and is not being
// deleted.
func Alive(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
}

// leanPod keeps those that are alive and not what a run has put there itself: reapers,
// probers and the pods of faults are neither chosen nor counted nor evicted. Slices are made anew, so that the memory of
// what is left out can be used again.
func leanPod(p *corev1.Pod) bool {
	if _, ours := p.Labels[undo.LabelRun]; ours || !Alive(p) {
		return false
	}
	leanMeta(&p.ObjectMeta)
	s := &p.Spec
	p.Spec = corev1.PodSpec{
		NodeName: s.NodeName, RestartPolicy: s.RestartPolicy, SchedulerName: s.SchedulerName,
		ServiceAccountName: s.ServiceAccountName, HostNetwork: s.HostNetwork, HostPID: s.HostPID,
		InitContainers: leanContainers(s.InitContainers), Containers: leanContainers(s.Containers), Volumes: leanVolumes(s.Volumes), PriorityClassName: s.PriorityClassName,
		Tolerations: s.Tolerations, // by which a taint makes it leave, or not
	}
	st := &p.Status
	p.Status = corev1.PodStatus{
		Phase: st.Phase, PodIP: st.PodIP, PodIPs: st.PodIPs, HostIP: st.HostIP, QOSClass: st.QOSClass,
		Conditions: leanConditions(st.Conditions), ContainerStatuses: leanStatuses(st.ContainerStatuses),
	}
	return true
}

func leanContainers(all []corev1.Container) []corev1.Container {
	out := make([]corev1.Container, len(all))
	for i := range all {
		c := &all[i]
		out[i] = corev1.Container{
			Name: c.Name, Image: c.Image, Ports: c.Ports, Resources: leanResources(c), EnvFrom: c.EnvFrom, Env: references(c.Env), VolumeMounts: c.VolumeMounts,
		}
	}
	return out
}

// leanResources keeps the memory limit.
func leanResources(c *corev1.Container) corev1.ResourceRequirements {
	limit, has := c.Resources.Limits[corev1.ResourceMemory]
	if !has {
		return corev1.ResourceRequirements{}
	}
	return corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: limit}}
}

// references keeps of the environment what comes from other objects.
func references(all []corev1.EnvVar) []corev1.EnvVar {
	var out []corev1.EnvVar
	for i := range all {
		if from := all[i].ValueFrom; from != nil && (from.ConfigMapKeyRef != nil || from.SecretKeyRef != nil) {
			out = append(out, all[i])
		}
	}
	return out
}

// leanVolumes keeps those that are objects, or go with the pod: not what every pod has for its token.
func leanVolumes(all []corev1.Volume) []corev1.Volume {
	var out []corev1.Volume
	for i := range all {
		switch v := &all[i]; {
		case v.PersistentVolumeClaim != nil, v.ConfigMap != nil, v.Secret != nil:
			out = append(out, *v)
		case v.EmptyDir != nil:
			out = append(out, corev1.Volume{Name: v.Name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
		case v.Projected != nil:
			out = append(out, leanProjected(v)...)
		}
	}
	return out
}

// leanProjected keeps the sources that are ConfigMaps and Secrets.
func leanProjected(v *corev1.Volume) []corev1.Volume {
	var sources []corev1.VolumeProjection
	for _, s := range v.Projected.Sources {
		if s.Secret != nil || s.ConfigMap != nil {
			sources = append(sources, s)
		}
	}
	if len(sources) == 0 {
		return nil
	}
	return []corev1.Volume{{Name: v.Name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: sources}}}}
}

func leanConditions(all []corev1.PodCondition) []corev1.PodCondition {
	out := make([]corev1.PodCondition, 0, len(all))
	for i := range all {
		out = append(out, corev1.PodCondition{Type: all[i].Type, Status: all[i].Status})
	}
	return out
}

func leanStatuses(all []corev1.ContainerStatus) []corev1.ContainerStatus {
	out := make([]corev1.ContainerStatus, 0, len(all))
	for i := range all {
		c := &all[i]
		out = append(out, corev1.ContainerStatus{Name: c.Name, Ready: c.Ready, RestartCount: c.RestartCount, ContainerID: c.ContainerID})
	}
	return out
}
