//go:build linux

package supervisor

import (
	"fmt"
	"io"
	"os"
)

// Main runs the agent in the role that args names and returns its exit code.
// Args are the end of os.Args, after the name of the executable and whatever
// leads here, such as the hidden command "agent" of gameday: the supervisor
// starts its workers with the same beginning.
func Main(args []string, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "gameday-agent is started by gameday, not by people: a role is missing")
		return 2
	}
	prefix := os.Args[1:max(1, len(os.Args)-len(args))]
	var err error
	switch role, rest := args[0], args[1:]; role {
	case "supervise":
		err = superviseMain(rest, prefix, stderr)
	case "stress-cpu":
		err = burn(rest, stderr)
	case "stress-memory":
		err = holdMemory(rest, stderr)
	case "fill-disk":
		err = fillDisk(rest, stderr)
	default:
		fmt.Fprintf(stderr, "gameday-agent knows no role %q\n", role)
		return 2
	}
	if err != nil {
		fmt.Fprintf(stderr, "gameday-agent %s: %v\n", args[0], err)
	}
	return exitCode(err)
}
