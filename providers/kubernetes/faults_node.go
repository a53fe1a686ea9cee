package kubernetes

// nodeFaults act on nodes.
func nodeFaults() []behavior {
	return []behavior{nodeCordon{}, nodeDrain{}, nodeTaint{}, newNodePause(), newNodeStop(), newKubeletStop()}
}
