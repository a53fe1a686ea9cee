package kubernetes

// workloadFaults act on Deployments and StatefulSets.
func workloadFaults() []behavior { return []behavior{scale{}, rolloutRestart{}, imagePullFailure{}} }
