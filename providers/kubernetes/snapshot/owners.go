package snapshot

import (
	"fmt"
	"strings"
)

// Owners is metadata.managedFields as it may be compared: who has set which fields, at whatever
// time. What Kubernetes itself has set is left out, and what stands in a status or in the ephemeral
// containers of a pod. It is nil where nobody is left.
func Owners(managedFields any) map[string]any {
	list, _ := managedFields.([]any)
	var out map[string]any
	for _, item := range list {
		owner, _ := item.(map[string]any)
		if byKubernetes(owner) {
			continue
		}
		if out == nil {
			out = map[string]any{}
		}
		out[fmt.Sprintf("%v %v %v %v", owner["manager"], owner["operation"], owner["apiVersion"], owner["subresource"])] = owner["fieldsV1"]
	}
	return out
}

func byKubernetes(owner map[string]any) bool {
	manager, _ := owner["manager"].(string)
	return manager == "kubelet" || strings.HasPrefix(manager, "kube-") ||
		owner["subresource"] == "status" || owner["subresource"] == "ephemeralcontainers"
}

func plainOwners(metadata map[string]any) {
	owners := Owners(metadata["managedFields"])
	delete(metadata, "managedFields")
	if owners != nil {
		metadata["managedFields"] = owners
	}
}

// plainOwned leaves out the owners of what controllers write to all the time.
func plainOwned(o map[string]any) {
	if metadata, ok := o["metadata"].(map[string]any); ok {
		delete(metadata, "managedFields")
	}
}
