package supervisor

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Marks are variables in the environment of everything that a supervisor starts,
// by which it can be found in /proc when the supervisor is no more.
const (
	MarkRun         = "GAMEDAY_RUN"         // run id
	MarkEnvironment = "GAMEDAY_ENVIRONMENT" // address of the environment
	MarkProcess     = "GAMEDAY_PROCESS"     // name of the process, or SelfName
	MarkFault       = worker.MarkFault      // fault id, on the workers of a stress
)

// SelfName marks the supervisor itself. Process names are identifiers, so none
// can be the same.
const SelfName = "(supervisor)"

// workerName marks the workers of a stress.
const workerName = "(worker)"

// Marks are those by which everything of one environment is found.
func Marks(run, environment string) []string {
	return []string{MarkRun + "=" + run, MarkEnvironment + "=" + environment}
}

func marksFor(run, environment, process string) []string {
	return append(Marks(run, environment), MarkProcess+"="+process)
}

// withMarks is an environment with the marks instead of any that were inherited
// from a gameday around this one.
func withMarks(env, marks []string) []string {
	kept := slices.DeleteFunc(slices.Clone(env), isMark)
	return append(kept, marks...)
}

func isMark(entry string) bool {
	name, _, _ := strings.Cut(entry, "=")
	switch name {
	case MarkRun, MarkEnvironment, MarkProcess, MarkFault:
		return true
	}
	return false
}
