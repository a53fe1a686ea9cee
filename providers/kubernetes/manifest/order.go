package manifest

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

type runtimeObject = runtime.Object

// order is that of kinds: what others need goes first.
func order() []string {
	return []string{
		"Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "RuntimeClass",
		"ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount",
		"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
		"ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim", "Service", "PodDisruptionBudget",
	}
}

// late is for kinds that act on what is there already.
func late() []string {
	return []string{"HorizontalPodAutoscaler", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "APIService"}
}

// Sort puts objects into an order in which they can be applied: namespaces, then
// definitions, rights, configuration, services, what runs, and webhooks, which
// need what runs. Within a kind the order stays.
func Sort(all []Object) {
	slices.SortStableFunc(all, func(a, b Object) int { return cmp.Compare(rank(a.GetKind()), rank(b.GetKind())) })
}

func rank(kind string) int {
	first, last := order(), late()
	if i := slices.Index(first, kind); i >= 0 {
		return i
	}
	if i := slices.Index(last, kind); i >= 0 {
		return len(first) + 1 + i
	}
	return len(first)
}
