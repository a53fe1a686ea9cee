package kubernetes

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/stress"
)

func cpuStress() inPod {
	return inPod{
		name: "kubernetes_cpu_stress", doc: "Uses processor time in pods, within their limits.",
		attributes: []schema.Attribute{
			{Name: "workers", Type: integer(), Default: cty.NumberIntVal(1), Min: schema.Number(1), Max: schema.Number(1024), Description: "How many processes work at the same time in each pod, each of which can keep one processor busy."},
			{Name: "load", Type: percent(), Default: cty.NumberIntVal(100), Min: schema.Number(1), Description: "How much of one processor each of them uses, in percent. They give way to everybody else: where they get less than half of it, and of what the pod's limit leaves to them, as on a node that is busy, the experiment is inconclusive."},
		},
		profile: resident.Stress, engine: task.StressEngine,
		spec: func(_ context.Context, at site) (spec, error) {
			return task.Stress{Spec: stress.Spec{CPU: cpuIn(at)}}, nil
		},
		effect: func(v schema.Values) string {
			return fmt.Sprintf("uses %g %% of a processor by each of %s in each pod", v.Float("load"), plural(v.Int("workers"), "process", "processes"))
		},
	}
}

// cpuIn is what is asked for in one pod. The agent can't see the pod's limit, which may be why its workers get less.
func cpuIn(at site) *stress.CPU {
	asked := &stress.CPU{Workers: at.config.Int("workers"), Load: at.config.Float("load")}
	if at.pod != nil {
		asked.Limit = cpuLimit(at.pod)
	}
	return asked
}

// cpuLimit is a pod's, in processors: its own, or the sum of its containers', of which every one must have a limit. 0 is none.
func cpuLimit(pod *corev1.Pod) float64 {
	if own := pod.Spec.Resources; own != nil && !own.Limits.Cpu().IsZero() {
		return own.Limits.Cpu().AsApproximateFloat64()
	}
	var sum float64
	for i := range pod.Spec.Containers {
		limit := pod.Spec.Containers[i].Resources.Limits.Cpu()
		if limit.IsZero() {
			return 0
		}
		sum += limit.AsApproximateFloat64()
	}
	return sum
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// sizeOrPercent are two attributes of which one is required.
func sizeOrPercent(sizeText, percentText string) []schema.Attribute {
	return []schema.Attribute{
		{Name: "size", Type: size(), Min: schema.Number(1), Example: `"64Mi"`, Description: sizeText + " Either this or percent is required."},
		{Name: "percent", Type: percent(), Description: percentText},
	}
}

func amount(v schema.Values) string {
	if v.Known("size") {
		return v.String("size")
	}
	return fmt.Sprintf("%g %%", v.Float("percent"))
}

func diskFill() inPod {
	return inPod{
		name: "kubernetes_disk_fill", doc: "Takes space of a filesystem that a container of each pod has, by a file without a name.",
		attributes: append([]schema.Attribute{
			containerAttribute(),
			{Name: "path", Type: text(), Required: true, Example: `"/var/lib/app"`, Description: "A folder in the container, on the filesystem that is meant. Without a volume it is that of the node."},
			{Name: "reserve", Type: size(), Default: cty.StringVal("256Mi"), Description: "How much must stay available to others; the fault is refused rather than touch it. Set it to \"0B\" to let the filesystem run out of space."},
		}, sizeOrPercent("How much to take in each pod.", "How full the filesystem is to be afterwards, as df says it: the used share of what is used or available.")...),
		exclusive: [][]string{{"size", "percent"}}, profile: resident.Process, engine: task.StressEngine,
		spec: func(_ context.Context, at site) (spec, error) {
			v := at.config
			asked := task.Stress{Spec: stress.Spec{Disk: &stress.Disk{
				Path: v.String("path"), Size: v.Size("size"), Percent: v.Float("percent"), Reserve: v.Size("reserve"),
			}}}
			var err error
			asked.Container, err = at.containerID()
			return asked, err
		},
		effect: func(v schema.Values) string {
			return fmt.Sprintf("takes %s of space at %s in container %s", amount(v), v.String("path"), v.String("container"))
		},
		radius: func(p planning) []string {
			if len(p.choice.Targets) == 0 {
				return nil
			}
			return []string{"everybody who shares the filesystem at " + p.config.String("path") + ", which is the node's where no volume is mounted"}
		},
		needs: needsContainer,
	}
}

// needsContainer finds the container that is meant.
func needsContainer(v schema.Values, pod *corev1.Pod) error {
	_, err := containerOf(pod, v.String("container"))
	return err
}

// sized requires size or percent of those faults that have both.
func (f inPod) sized(v schema.Values) providers.Diagnostics {
	if len(f.exclusive) == 0 || !v.Attr("size").IsNull() || !v.Attr("percent").IsNull() {
		return nil
	}
	return providers.Errorf(nil, "Missing size", "Either size (such as \"64Mi\") or percent is required.")
}
