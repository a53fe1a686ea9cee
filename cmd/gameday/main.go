// Command gameday runs chaos experiments that are declared in HCL.
package main

import (
	"os"

	"k8s.io/klog/v2"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
)

func main() {
	klog.SetSlogLogger(cli.Log(os.Stderr)) // by itself client-go would tell users of every connection that ends
	os.Exit(cli.Main(os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, cli.Hooks{}))
}
