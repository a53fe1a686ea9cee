package stress

import (
	"fmt"
	"io"
)

// Main is the agent as a worker. Args begin with the role; known is false for what
// is none of a worker's. The process must exit with the code as soon as Main returns.
func Main(args []string, stderr io.Writer) (code int, known bool) {
	if len(args) == 0 {
		return 0, false
	}
	var err error
	switch role, rest := args[0], args[1:]; role {
	case roleCPU:
		err = burn(rest, stderr)
	case roleMemory:
		err = holdMemory(rest, stderr)
	case roleDisk:
		err = fillDisk(rest, stderr)
	default:
		return 0, false
	}
	if err != nil {
		fmt.Fprintf(stderr, "gameday-agent %s: %v\n", args[0], err)
	}
	return exitCode(err), true
}
