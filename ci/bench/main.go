// Command bench measures gameday on this machine and writes what it found, with
// a description of the machine, below ci/bench/results.
//
//	go run ./ci/bench                    everything
//	go run ./ci/bench -only peers        the comparison with terraform alone
//	go run ./ci/bench -only go -packages ./runner/...
//	go run ./ci/bench -only kubernetes   faults on the cluster of KUBECONFIG
//
// The peer is the terraform that TERRAFORM names or that is on the PATH, else
// one that is built from the module proxy into the user's cache.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	gameday  string
	results  string
	only     string // "", "go", "peers" or "kubernetes"
	packages string // space separated patterns
	count    int    // runs of each Go benchmark
	rounds   int    // A/B rounds of each comparison
	size     int    // experiments and resources of the comparison
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var opts options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&opts.gameday, "gameday", "bin/gameday", "the gameday `binary`")
	flags.StringVar(&opts.results, "results", "ci/bench/results", "`folder` for the results")
	flags.StringVar(&opts.only, "only", "", "go, peers or kubernetes; empty for go and peers")
	flags.StringVar(&opts.packages, "packages", "./...", "packages whose benchmarks run")
	flags.IntVar(&opts.count, "count", 5, "runs of each Go benchmark")
	flags.IntVar(&opts.rounds, "rounds", 11, "rounds of each comparison")
	flags.IntVar(&opts.size, "size", 1000, "experiments, and terraform resources, in the comparison")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !slices.Contains([]string{"", "go", "peers", "kubernetes"}, opts.only) {
		return fmt.Errorf("-only is %q: expected go, peers or kubernetes", opts.only)
	}
	if err := os.MkdirAll(opts.results, 0o755); err != nil {
		return err
	}
	machine := describe(ctx)
	if opts.only == "kubernetes" {
		return compareKubernetes(ctx, opts, machine, out)
	}
	if opts.only != "go" {
		if err := comparePeers(ctx, opts, machine, out); err != nil {
			return fmt.Errorf("the comparison with peers: %w", err)
		}
	}
	if opts.only == "peers" {
		return nil
	}
	return goBenchmarks(ctx, opts, machine, out)
}

// patterns are the packages that the option lists.
func (o options) patterns() []string { return strings.Fields(o.packages) }
