package engine

import (
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/runner/event"
)

// settlingError says that nothing of a fault is left, and that the system has yet to
// do something by itself. It is waited for as long as a revert is tried, so that what
// comes next begins on a system that is whole. After that it is no matter of the
// undo any more: whether the system comes back in time is for the recovery to judge.
type settlingError struct{ detail string }

func (e *settlingError) Error() string {
	return "nothing of it is left, and the system is not back yet: " + e.detail
}

// unsettled is what the system has yet to do; empty where an error says something else.
func unsettled(err error) string {
	if settling, ok := errors.AsType[*settlingError](err); ok {
		return settling.detail
	}
	return ""
}

// tellUnsettled says of a fault that is reverted what its system had yet to do.
func tellUnsettled(bus *event.Bus, experiment, fault string, took tries) {
	if took.unsettled != "" {
		bus.Emit(event.Notice{Experiment: experiment, Text: fmt.Sprintf(
			"nothing of %s is left, and the system was not back within %s: %s", fault, revertPatience, took.unsettled)})
	}
}
