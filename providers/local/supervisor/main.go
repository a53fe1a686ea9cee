//go:build linux

package supervisor

import (
	"fmt"
	"io"
	"os"

	"github.com/gameday-dev/gameday/providers/stress"
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
	if code, known := stress.Main(args, stderr); known {
		return code
	}
	if args[0] != "supervise" {
		fmt.Fprintf(stderr, "gameday-agent knows no role %q\n", args[0])
		return 2
	}
	prefix := os.Args[1:max(1, len(os.Args)-len(args))]
	if err := superviseMain(args[1:], prefix, stderr); err != nil {
		fmt.Fprintf(stderr, "gameday-agent %s: %v\n", args[0], err)
		return 1
	}
	return 0
}
