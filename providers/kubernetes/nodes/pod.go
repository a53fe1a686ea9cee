package nodes

// agentPod is a pod that runs the agent with all rights on a node. It tolerates
// whatever the node is tainted with, and has no rights at the API server.
func agentPod(image, node string, args []string) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"spec": map[string]any{
			"nodeName": node, "hostPID": true, "restartPolicy": "Never",
			"automountServiceAccountToken": false, "enableServiceLinks": false, "terminationGracePeriodSeconds": 0,
			"tolerations": []any{map[string]any{"operator": "Exists"}},
			"containers": []any{map[string]any{
				"name": "agent", "image": image, "imagePullPolicy": "IfNotPresent", "args": args,
				"securityContext": map[string]any{"privileged": true, "runAsUser": 0},
			}},
		},
	}
}
