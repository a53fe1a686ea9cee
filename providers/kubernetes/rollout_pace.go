package kubernetes

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// pace says how many pods a rollout may take away at once.
func (w workload) pace() string {
	name := w.target.Kind + "/" + w.target.Name
	switch {
	case w.partition() > 0:
		return fmt.Sprintf("%s replaces %d of %s, one after the other, the last first: its update strategy has partition = %d",
			name, w.replicas()-w.partition(), count(w.replicas(), "pod", "pods"), w.partition())
	case w.target.Kind != kindDeployment:
		return name + " replaces its pods one after the other, the last first"
	case w.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType:
		return fmt.Sprintf("%s ends all %d pods before it starts new ones (Recreate)", name, w.replicas())
	default:
		return fmt.Sprintf("%s keeps at least %d of %d pods ready while it rolls out", name, w.replicas()-w.unavailable(), w.replicas())
	}
}

// partition is how many pods of a StatefulSet, the first ones, its update strategy leaves as they are; all of them at most.
func (w workload) partition() int {
	rolling := w.Spec.UpdateStrategy.RollingUpdate
	if rolling == nil || rolling.Partition == nil {
		return 0
	}
	return min(int(*rolling.Partition), w.replicas())
}

// unavailable is how many pods a rolling update may take away before new ones are
// ready, as the controller computes it: at least one when there is no surge.
func (w workload) unavailable() int {
	rolling := w.Spec.Strategy.RollingUpdate
	if rolling == nil {
		rolling = &appsv1.RollingUpdateDeployment{}
	}
	quarter := intstr.FromString("25%")
	away, err := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(rolling.MaxUnavailable, quarter), w.replicas(), false)
	if err != nil {
		away = 0
	}
	surge, err := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(rolling.MaxSurge, quarter), w.replicas(), true)
	if err != nil {
		surge = 1
	}
	if away == 0 && surge == 0 {
		away = 1
	}
	return min(away, w.replicas())
}
