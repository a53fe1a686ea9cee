// Command gameday runs chaos experiments that are declared in HCL.
package main

import (
	"os"
	"runtime/debug"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
)

// gcPercent lets the heap grow to five times what is alive before the next
// collection. Nearly all of a configuration stays alive until the end, so that
// collecting while it is built up finds little, at a quarter of the time.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, cli.Hooks{}))
}
