package chaosmesh

import (
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// podFaults are PodChaos.
func podFaults() []kubernetes.Operated {
	kind := resource("PodChaos", "podchaos")
	return []kubernetes.Operated{
		{
			Type: "chaosmesh_pod_kill", Description: "Deletes pods. Their controllers replace them.", Resource: kind,
			Attributes: []schema.Attribute{{
				Name: "grace_period", Type: duration(), Default: cty.StringVal("0s"), Min: schema.Number(0),
				Description: "How long the containers may take to end, in whole seconds; 0s kills at once.",
			}},
			OneShot: true, Evidence: kubernetes.EvidencePodsGone, Validate: wholly("grace_period", time.Second),
			Effect: func(v schema.Values) string {
				return fmt.Sprintf("deletes each pod with a grace period of %s", v.Duration("grace_period"))
			},
			Spec: func(r kubernetes.OperatedRequest) map[string]any {
				return base(r, object{"action": "pod-kill", "gracePeriod": int64(r.Config.Duration("grace_period").Seconds())})
			},
		},
		{
			Type: "chaosmesh_pod_failure", Description: "Makes pods fail and stay: their containers run an image that does nothing, and then their own again.",
			Resource: kind, Evidence: kubernetes.EvidenceContainersReplaced,
			Effect: func(schema.Values) string { return "runs an image that does nothing in every container of each pod" },
			Spec:   func(r kubernetes.OperatedRequest) map[string]any { return base(r, object{"action": "pod-failure"}) },
		},
		{
			Type: "chaosmesh_container_kill", Description: "Kills one container of each pod. The pod stays; its kubelet restarts the container.",
			Resource: kind, Container: true, OneShot: true, Evidence: kubernetes.EvidenceContainersReplaced,
			Effect: func(schema.Values) string { return "kills a container of each pod" },
			Spec:   func(r kubernetes.OperatedRequest) map[string]any { return base(r, object{"action": "container-kill"}) },
		},
	}
}
