package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
	"github.com/gameday-dev/gameday/providers/procfault"
)

// processes pauses and ends processes of a container.
type processes struct {
	agent.LeavesNothing

	pod    string
	prefix []string
}

func (p processes) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Processes](raw)
	if err != nil {
		return nil, err
	}
	asked.Select.Pod = p.pod
	if asked.Action == procfault.Kill {
		if err := spareFirst(asked.Select); err != nil {
			return nil, err
		}
	}
	running, err := procfault.Start(ctx, asked.For(id, deadline, p.prefix))
	if err != nil {
		return nil, err
	}
	return &processesRunning{Running: running, action: asked.Action}, nil
}

// spareFirst refuses to end a container's first process: the kernel would end all
// others with it, the agent among them, and nobody could tell what became of it.
func spareFirst(which procfault.Selection) error {
	found, err := which.Processes()
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.Init {
			return fmt.Errorf("process %d (%s) is the first of its container, with which all of it ends: use kubernetes_container_kill for that, or choose others by name or cmdline", p.PID, p.Name)
		}
	}
	return nil
}

type processesRunning struct {
	*procfault.Running

	action procfault.Action
}

// Failed is never closed for a kill, which is over at once and stays in force.
func (r *processesRunning) Failed() <-chan struct{} {
	if r.action == procfault.Kill {
		return nil
	}
	return r.Done()
}

// Why says why a pause was over before its time.
func (r *processesRunning) Why() error { return r.Err() }

func (r *processesRunning) Facts() []wire.Fact { return processFacts(r.action, r.Stats().Processes) }

func (r *processesRunning) Missing() string {
	if r.action != procfault.Kill {
		return ""
	}
	return survivors(r.Stats().Processes)
}

func processFacts(action procfault.Action, processes []procfault.State) []wire.Fact {
	var facts []wire.Fact
	for _, p := range processes {
		switch {
		case action == procfault.Kill && p.Gone:
			facts = append(facts, wire.Fact{Name: "process_ended", Text: nameOf(p) + " has ended", Value: 1, Unit: "processes"})
		case action == procfault.Pause && p.Held > 0:
			facts = append(facts, wire.Fact{Name: "threads_held", Text: fmt.Sprintf("%s: %d of %d threads are stopped", nameOf(p), p.Held, p.Threads), Value: float64(p.Held), Unit: "threads"})
		}
	}
	return facts
}

// survivors names the processes that have got a signal and did not end by it.
func survivors(processes []procfault.State) string {
	var alive []string
	for _, p := range processes {
		if !p.Gone {
			alive = append(alive, nameOf(p))
		}
	}
	if alive == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d processes have got the signal and are still alive: %s", len(alive), len(processes), strings.Join(alive, ", "))
}

func nameOf(p procfault.State) string { return fmt.Sprintf("process %d (%s)", p.PID, p.Name) }
