package kubernetes

import "github.com/gameday-dev/gameday/providers/kubernetes/target"

// controlPlaneFaults act on the objects by which the cluster is controlled.
func controlPlaneFaults() []behavior {
	return []behavior{
		configChange{of: target.ConfigMap},
		configChange{of: target.Secret},
		quotaExhaust{},
		serviceBlackhole{},
		podPartition{},
		webhookFault{},
	}
}
