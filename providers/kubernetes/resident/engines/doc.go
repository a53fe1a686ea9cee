// Package engines gives the agent inside pods what it does harm by: gameday's fault
// engines, each behind the one interface that the agent knows.
package engines

import (
	"encoding/json"
	"fmt"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
)

// All are the engines, by name. Pod is the UID of the pod to whose processes and files an
// agent is held that could reach those of its whole node; empty for one that is inside. Prefix
// leads to the roles of the agent in this binary.
func All(pod string, prefix ...string) map[string]agent.Engine {
	return map[string]agent.Engine{
		task.PacketsEngine:   packets{},
		task.StreamsEngine:   streams{},
		task.NamesEngine:     names{},
		task.StressEngine:    load{pod: pod, prefix: prefix},
		task.ProcessesEngine: processes{pod: pod, prefix: prefix},
	}
}

// read decodes a task and checks it: what comes over the wire may be of anybody.
func read[T interface{ Validate() error }](raw json.RawMessage) (T, error) {
	var asked T
	if err := json.Unmarshal(raw, &asked); err != nil {
		return asked, fmt.Errorf("read the task: %w", err)
	}
	return asked, asked.Validate()
}
