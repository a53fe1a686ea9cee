package target

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// fieldNames are the fields that can be selected by: those that the API server
// offers for the kind.
func fieldNames(kind Kind) []string {
	common := []string{"metadata.name"}
	if kind.namespaced() {
		common = append(common, "metadata.namespace")
	}
	switch kind {
	case Pod:
		return append(common, "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP")
	case Node:
		return append(common, "spec.unschedulable")
	case Service:
		return append(common, "spec.clusterIP", "spec.type")
	default:
		return common
	}
}

// field is the value of a field, as the API server compares it.
func (c candidate) field(name string) string {
	switch name {
	case "metadata.name":
		return c.meta.Name
	case "metadata.namespace":
		return c.meta.Namespace
	}
	switch {
	case c.pod != nil:
		return podField(c.pod, name)
	case c.node != nil && name == "spec.unschedulable":
		return strconv.FormatBool(c.node.Spec.Unschedulable)
	case c.service != nil && name == "spec.clusterIP":
		return c.service.Spec.ClusterIP
	case c.service != nil && name == "spec.type":
		return string(c.service.Spec.Type)
	}
	return ""
}

func podField(pod *corev1.Pod, name string) string {
	switch name {
	case "spec.nodeName":
		return pod.Spec.NodeName
	case "spec.restartPolicy":
		return string(pod.Spec.RestartPolicy)
	case "spec.schedulerName":
		return pod.Spec.SchedulerName
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName
	case "spec.hostNetwork":
		return strconv.FormatBool(pod.Spec.HostNetwork)
	case "status.phase":
		return string(pod.Status.Phase)
	case "status.podIP":
		return pod.Status.PodIP
	}
	return ""
}

// listed is "a, b and c".
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// most is how many names a message tells before it only counts.
const most = 8

// some lists names, sorted and each once, and counts those for which there is no
// room.
func some(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) <= most {
		return listed(names)
	}
	return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
}
