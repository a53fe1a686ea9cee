package chaosmesh

import (
	"encoding/json"
	"strings"

	"github.com/gameday-dev/gameday/providers/kubernetes"
)

// operator is Chaos Mesh.
func operator() kubernetes.Operator {
	return kubernetes.Operator{Name: "Chaos Mesh", Install: "https://chaos-mesh.org/docs/production-installation-using-helm", Records: records}
}

// status is what all its resources have in common: ChaosStatus of its API.
type status struct {
	Status struct {
		Conditions []struct{ Type, Status string }
		Experiment struct {
			DesiredPhase     string
			ContainerRecords []struct {
				ID          string // "namespace/pod", or "namespace/pod/container"
				SelectorKey string
				Phase       string
				Events      []struct{ Type, Operation, Message string }
			}
		}
	}
}

const (
	phaseInjected = "Injected"
	wantsToRun    = "Run"
	eventFailed   = "Failed"

	// conditionAllInjected is set when every record is injected, and false again as soon as one is not.
	conditionAllInjected = "AllInjected"
	conditionPaused      = "Paused"
	conditionTrue        = "True"
)

// records reads how far Chaos Mesh is. What it does to the other ends of a partition is a record, too. A fault that is paused, or
// that it has undone by itself, is injected nowhere, whatever phase its records are in.
func records(object map[string]any) ([]kubernetes.OperatedRecord, bool) {
	var s status
	text, err := json.Marshal(object)
	if err != nil || json.Unmarshal(text, &s) != nil {
		return nil, false
	}
	runs := s.runs()
	var out []kubernetes.OperatedRecord
	for _, record := range s.Status.Experiment.ContainerRecords {
		parts := strings.Split(record.ID, "/")
		if len(parts) < 2 {
			continue
		}
		r := kubernetes.OperatedRecord{Namespace: parts[0], Pod: parts[1], Injected: record.Phase == phaseInjected && runs}
		if n := len(record.Events); !r.Injected && n > 0 && record.Events[n-1].Type == eventFailed {
			r.Problem = record.Events[n-1].Message
		}
		out = append(out, r)
	}
	return out, len(out) > 0
}

// runs reports whether what the records say holds: when each is injected, the condition that says so comes a moment later.
func (s status) runs() bool {
	all := true
	for _, record := range s.Status.Experiment.ContainerRecords {
		all = all && record.Phase == phaseInjected
	}
	return s.Status.Experiment.DesiredPhase == wantsToRun && !s.has(conditionPaused) && (!all || s.has(conditionAllInjected))
}

// has reports whether a condition is true.
func (s status) has(condition string) bool {
	for _, c := range s.Status.Conditions {
		if c.Type == condition {
			return c.Status == conditionTrue
		}
	}
	return false
}
