package local

import (
	"context"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// onProcesses is what faults on processes have in common.
type onProcesses struct {
	noChecks
	remembersNothing
}

func (onProcesses) kind() string { return kindProcess }

// signalPermission is what signals to the supervisor's own children need.
func signalPermission(signal string) []providers.Permission {
	return []providers.Permission{{
		Action: "send " + signal + " to processes of this user", Held: true,
		Detail: "the processes are started by gameday's supervisor, as this user",
	}}
}

// observeEnded looks for processes that a fault ended.
func observeEnded(s scene) (providers.Observation, error) {
	var findings []finding
	for _, t := range s.record.Targets {
		f, err := s.ended(t)
		if err != nil {
			return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
		}
		findings = append(findings, f)
	}
	return sum(findings), nil
}

// ended looks for one process. That its old start is gone is the kernel's word;
// whether that is still the fault's doing depends on whether another start has
// taken its place, which is how the revert mends it.
func (s scene) ended(t providers.Target) (finding, error) {
	id, err := identity(t)
	if err != nil {
		return finding{}, err
	}
	found := finding{target: t.Name, state: providers.Absent}
	entry, touched := s.entry(t.Name)
	switch alive := id.Alive(); {
	case !s.supervised:
		found.detail = "its environment is gone"
	case alive && touched && s.fault.Open():
		found.state, found.detail = providers.Active, fmt.Sprintf("pid %d has got the signal and is still alive", id.PID)
	case alive || !touched:
	case s.fault.Open():
		found.state, found.facts = providers.Active, endedFacts(t.Name, entry)
	case !s.isUp(t.Name):
		found.state, found.detail = providers.Active, "it has not been started again"
	}
	return found, nil
}

func (s scene) entry(name string) (supervisor.Ended, bool) {
	for _, entry := range s.fault.Ended {
		if entry.Name == name {
			return entry, true
		}
	}
	return supervisor.Ended{}, false
}

func (s scene) isUp(name string) bool {
	process, found := s.status.Process(name)
	return found && process.Running && process.Ready
}

func endedFacts(name string, entry supervisor.Ended) []providers.Fact {
	text := fmt.Sprintf("%s: pid %d is gone", name, entry.Before.PID)
	if entry.Exit != "" { // the supervisor may not have collected it yet
		text += ", " + entry.Exit
	}
	if entry.After != entry.Before {
		text += fmt.Sprintf(", pid %d took its place", entry.After.PID)
	}
	return []providers.Fact{
		{Name: "process_ended", Text: text, Value: 1, Unit: "processes"},
		{Name: "down", Text: fmt.Sprintf("%s: down for %.3f s", name, entry.Down.Seconds()), Value: entry.Down.Seconds(), Unit: "s"},
	}
}

// mendNothing is right for processes whose environment is gone: there is nothing
// that could be started again.
type mendNothing struct{}

func (mendNothing) mend(context.Context, scene) error { return nil }
