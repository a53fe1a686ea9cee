// Command verify runs the quickstart and says whether both verdicts came out as
// they should: failed for the fragile shop, passed for the resilient one. It
// ends with 0 only then.
//
//	go run ./experiments/quickstart/verify             once, with gameday's own output
//	go run ./experiments/quickstart/verify -count 20   many times, one line each
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// gameday itself reverts and reports on a signal; this program outlives it
	// to tell what came out.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ok, err := verify(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// options is what the command line says. Paths are relative to the working
// directory.
type options struct {
	gameday string // the binary
	dir     string // the configuration
	junit   string
	logs    string // folder for the output of the runs of a soak
	count   int
}

func verify(ctx context.Context, args []string, stdout, stderr io.Writer) (bool, error) {
	var opts options
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opts.gameday, "gameday", "bin/gameday", "the gameday `binary`")
	flags.StringVar(&opts.dir, "dir", "experiments/quickstart", "the configuration's `directory`")
	flags.StringVar(&opts.junit, "junit-xml", "run/junit.xml", "the JUnit `file` to write")
	flags.StringVar(&opts.logs, "logs", "run/soak", "with -count above 1: `folder` for gameday's output")
	flags.IntVar(&opts.count, "count", 1, "how many times to run")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if opts.count > 1 {
		return soak(ctx, opts, stdout)
	}
	return once(ctx, opts, stdout, stderr)
}
