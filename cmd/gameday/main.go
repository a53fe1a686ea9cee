// Command gameday runs chaos experiments that are declared in HCL.
package main

import (
	"os"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, cli.Hooks{}))
}
