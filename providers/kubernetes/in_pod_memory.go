package kubernetes

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/stress"
)

func memoryStress() inPod {
	return inPod{
		name: "kubernetes_memory_stress", doc: "Takes memory in pods and keeps it, within the pod's limit.",
		attributes: append(sizeOrPercent("How much to take in each pod.", "How much to take, as a share of the pod's limit: the sum of its containers' limits."),
			schema.Attribute{Name: "ramp", Type: duration(), Default: cty.StringVal("0s"), Description: "How long it takes until all of it is taken."},
			schema.Attribute{Name: "reserve", Type: size(), Description: "How much of the limit, and of the node's memory, must stay free; the fault is refused rather than touch it. By default 5 % of the limit. An agent in a pod can't see what that uses: the plan and the injection ask the cluster's metrics API (metrics.k8s.io), and what the pod comes to use afterwards is not seen. Without that API, or a right to it, the plan warns, and the limit may be reached. With \"0B\" a process may be killed for lack of memory, which need not be gameday's own."},
		),
		exclusive: [][]string{{"size", "percent"}}, profile: resident.Stress, engine: task.StressEngine,
		spec: func(ctx context.Context, at site) (spec, error) {
			asked, _ := memoryIn(ctx, at) // where it is not known what the pod uses, the plan has said so
			return task.Stress{Spec: stress.Spec{Memory: asked}}, nil
		},
		effect: func(v schema.Values) string {
			text := "takes " + amount(v) + " of memory in each pod"
			if v.Duration("ramp") > 0 {
				text += " over " + v.String("ramp")
			}
			return text
		},
		needs: needsLimit, room: memoryRoom,
	}
}

// memoryIn is what is asked for in one pod, and why it is not known what that uses of its limit. An agent in the pod can't see
// that: it is in a control group of its own, and those above it are hidden from it.
func memoryIn(ctx context.Context, at site) (m *stress.Memory, unknown error) {
	v := at.config
	m = &stress.Memory{
		Size: v.Size("size"), Percent: v.Float("percent"), Ramp: v.Duration("ramp"), Margin: v.Size("reserve"),
		Force: v.Known("reserve") && v.Size("reserve") == 0,
	}
	if at.pod != nil {
		m.Limit = memoryLimit(at.pod)
	}
	if m.Limit > 0 && !m.Force && !at.hosted {
		m.Used, unknown = at.session.memoryUsed(ctx, at.pod)
	}
	return m, unknown
}

// memoryLimit is a pod's: the sum of its containers', of which every one must have a
// limit, or the pod has none. 0 is none.
func memoryLimit(pod *corev1.Pod) int64 {
	var sum int64
	for i := range pod.Spec.Containers {
		limit := pod.Spec.Containers[i].Resources.Limits.Memory().Value()
		if limit == 0 {
			return 0
		}
		sum += limit
	}
	return sum
}

func needsLimit(v schema.Values, pod *corev1.Pod) error {
	if v.Known("percent") && memoryLimit(pod) == 0 {
		return fmt.Errorf("the pod %s/%s has a container without a memory limit, so that there is nothing of which percent would be a share: say size", pod.Namespace, pod.Name)
	}
	return nil
}
