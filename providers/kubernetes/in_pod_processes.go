package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/procfault"
	"github.com/gameday-dev/gameday/providers/schema"
)

// processFault is an inPod that acts on processes of one container.
func processFault(name, doc string, own []schema.Attribute, verb string, fill func(schema.Values, *procfault.Spec)) inPod {
	attributes := []schema.Attribute{
		containerAttribute(),
		{Name: "process", Type: text(), Example: `"postgres"`, Description: "Glob over the name of the command, of which the kernel keeps 15 bytes. All processes, when not set."},
		{Name: "cmdline", Type: text(), Example: `"--worker"`, Description: "Regular expression (RE2) that is found in the arguments, joined by spaces."},
	}
	return inPod{
		name: name, doc: doc, attributes: append(attributes, own...), profile: resident.Process, engine: task.ProcessesEngine,
		spec: func(_ context.Context, at site) (spec, error) {
			var asked task.Processes
			var err error
			asked.Select = procfault.Selection{Name: at.config.String("process"), Cmdline: at.config.String("cmdline")}
			asked.Select.Container, err = at.containerID()
			fill(at.config, &asked.Spec)
			return asked, err
		},
		effect: func(v schema.Values) string { return fmt.Sprintf("%s %s", verb, processText(v)) },
		needs:  needsContainer,
	}
}

// processText is which processes, for plans.
func processText(v schema.Values) string {
	text := "all processes"
	if name := v.String("process"); name != "" {
		text = "processes named " + name
	}
	if cmdline := v.String("cmdline"); cmdline != "" {
		text += " whose arguments match " + cmdline
	}
	return text + " in container " + v.String("container")
}

func processPause() inPod {
	return processFault("kubernetes_process_pause", "Stops processes of a container, which run on afterwards. Nothing is sent to them.", nil, "stops",
		func(_ schema.Values, s *procfault.Spec) { s.Action = procfault.Pause })
}

func processKill() inPod {
	return processFault("kubernetes_process_kill", "Ends processes of a container, but its first one, with which the container would end: see kubernetes_container_kill.",
		[]schema.Attribute{{
			Name: "signal", Type: text(), Default: cty.StringVal("SIGKILL"), OneOf: slices.Sorted(maps.Keys(signals())),
			Description: "The signal. A process can ignore others than SIGKILL, and then there is no evidence.",
		}}, "ends",
		func(v schema.Values, s *procfault.Spec) {
			s.Action, s.Signal = procfault.Kill, signals()[v.String("signal")]
		})
}

// signals are their numbers on Linux (signal(7)), whatever gameday itself runs on.
func signals() map[string]int {
	return map[string]int{"SIGINT": 2, "SIGQUIT": 3, "SIGABRT": 6, "SIGKILL": 9, "SIGSEGV": 11, "SIGTERM": 15}
}

// containerID is that of the container in the pod, without its runtime's scheme. While
// a configuration is only checked, its name stands for it.
func (at site) containerID() (string, error) {
	name := at.config.String("container")
	if at.pod == nil {
		return name, nil
	}
	for _, s := range at.pod.Status.ContainerStatuses {
		if s.Name == name && s.State.Running != nil {
			_, id, _ := strings.Cut(s.ContainerID, "://")
			return id, nil
		}
	}
	return "", fmt.Errorf("the container %s of the pod %s/%s does not run", name, at.pod.Namespace, at.pod.Name)
}
