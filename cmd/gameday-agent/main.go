// Command gameday-agent is the small binary that stands beside what gameday
// harms: it owns processes, links and the deadlines of faults, and undoes them
// when whoever asked for them is gone. It is started by gameday.
package main

import (
	"os"

	"github.com/gameday-dev/gameday/cmd/internal/agent"
)

func main() { os.Exit(agent.Main(os.Args[1:], os.Stderr)) }
