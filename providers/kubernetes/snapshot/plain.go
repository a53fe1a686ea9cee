package snapshot

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// plain is a copy of an object without what only the server and controllers write.
func plain(object map[string]any) map[string]any {
	o := runtime.DeepCopyJSON(object)
	delete(o, "status")
	if metadata, ok := o["metadata"].(map[string]any); ok {
		for _, field := range []string{"resourceVersion", "generation", "selfLink"} {
			delete(metadata, field)
		}
		plainOwners(metadata)
		plainAnnotations(metadata)
	}
	switch o["kind"] {
	case "Pod":
		plainPod(o)
	case "ControllerRevision":
		delete(o, "revision")
	case "Lease":
		plainOwned(o)
		if spec, ok := o["spec"].(map[string]any); ok {
			delete(spec, "renewTime")
			delete(spec, "acquireTime")
		}
	case "Node":
		plainNode(o)
	}
	return o
}

// plainAnnotations leaves out those that controllers keep their own books in.
func plainAnnotations(metadata map[string]any) {
	annotations, ok := metadata["annotations"].(map[string]any)
	if !ok {
		return
	}
	for key := range annotations {
		if strings.HasPrefix(key, "deployment.kubernetes.io/") {
			delete(annotations, key)
		}
	}
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
}

// plainNode leaves out taints that the node lifecycle controller sets and removes
// as conditions change.
func plainNode(o map[string]any) {
	plainOwned(o) // with the taints, it changes whose they are
	spec, _ := o["spec"].(map[string]any)
	taints, _ := spec["taints"].([]any)
	var kept []any
	for _, item := range taints {
		taint, _ := item.(map[string]any)
		delete(taint, "timeAdded")
		if key, _ := taint["key"].(string); !strings.HasPrefix(key, "node.kubernetes.io/not-ready") && !strings.HasPrefix(key, "node.kubernetes.io/unreachable") {
			kept = append(kept, taint)
		}
	}
	delete(spec, "taints")
	if len(kept) > 0 {
		spec["taints"] = kept
	}
}

// plainPod makes a pod like every other one of its controller.
func plainPod(o map[string]any) {
	metadata, _ := o["metadata"].(map[string]any)
	if _, owned := metadata["ownerReferences"]; owned {
		for _, field := range []string{"name", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"} {
			delete(metadata, field)
		}
	}
	spec, _ := o["spec"].(map[string]any)
	delete(spec, "nodeName")
	delete(spec, "hostname")
	delete(spec, "ephemeralContainers") // which nobody can take away
	token := ""
	volumes, _ := spec["volumes"].([]any)
	for _, item := range volumes {
		volume, _ := item.(map[string]any)
		if name, _ := volume["name"].(string); strings.HasPrefix(name, tokenVolume) {
			token, volume["name"] = name, tokenVolume
		}
	}
	if token != "" {
		renameMounts(spec, token)
	}
}

// tokenVolume is how the names begin that the server makes up for service account
// tokens.
const tokenVolume = "kube-api-access-"

func renameMounts(spec map[string]any, token string) {
	for _, list := range []string{"initContainers", "containers"} {
		containers, _ := spec[list].([]any)
		for _, item := range containers {
			container, _ := item.(map[string]any)
			mounts, _ := container["volumeMounts"].([]any)
			for _, m := range mounts {
				if mount, _ := m.(map[string]any); mount["name"] == token {
					mount["name"] = tokenVolume
				}
			}
		}
	}
}
