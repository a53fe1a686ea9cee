// Package task is what the engines of the agent inside pods are asked to do, as it
// goes from the runner to the agent in wire.Fault: an engine's own specification,
// without the fault's id and deadline, which the agent fills in.
package task

import (
	"errors"
	"fmt"
	"time"
)

// The engines of the agent, by name.
const (
	PacketsEngine   = "packets"
	StreamsEngine   = "streams"
	NamesEngine     = "names"
	StressEngine    = "stress"
	ProcessesEngine = "processes"
)

// someID stands for a fault's while a task is only checked.
const someID = "check"

// later stands for a deadline while a task is only checked.
func later() time.Time { return time.Now().Add(time.Hour) }

// mostHosts bounds the names that an agent looks up again and again.
const mostHosts = 32

func validateHosts(hosts []string) error {
	var errs []error
	if len(hosts) > mostHosts {
		errs = append(errs, fmt.Errorf("%d hosts: expected at most %d; name their network in cidrs", len(hosts), mostHosts))
	}
	for _, host := range hosts {
		if host == "" {
			errs = append(errs, errors.New("a host without a name"))
		}
	}
	return errors.Join(errs...)
}
