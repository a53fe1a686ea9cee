// Command toxiproxy measures gameday's fault proxy against Toxiproxy, both
// without a fault and with a delay, in one run in which they take turns with the
// direct way. Client, server and each proxy are processes of their own, as they
// are where proxies are used.
//
//	go run . [-round 1s] [-rounds 9] [-only TEXT] [-out ../results/faultproxy.md]
//
// With -redirect it measures what the agent in a pod costs those that its faults
// do not hit, redirect and all, in network namespaces that stand for pods. That needs
// Linux with nf_tables, root, and the agent (make build).
//
//	go run . -redirect [-agent ../../../bin/gameday-agent] [-round 600ms] [-rounds 9] [-out ../results/redirect.md]
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// settings are the flags.
type settings struct {
	role     string
	host     string
	upstream string
	redirect bool
	agent    string
	round    time.Duration
	rounds   int
	only     string
	out      string
}

func main() {
	var s settings
	flag.StringVar(&s.role, "role", "", "what this process is; the program starts itself with it")
	flag.StringVar(&s.host, "host", "127.0.0.1", "where a server or a proxy listens")
	flag.StringVar(&s.upstream, "upstream", "", "where a proxy leads to")
	flag.BoolVar(&s.redirect, "redirect", false, "measure the redirect to the agent in a pod")
	flag.StringVar(&s.agent, "agent", "../../../bin/gameday-agent", "the agent's binary")
	flag.DurationVar(&s.round, "round", time.Second, "how long each measurement lasts")
	flag.IntVar(&s.rounds, "rounds", 9, "measurements of each kind and way, in turns")
	flag.StringVar(&s.only, "only", "", "measure only the traffic whose name holds this")
	flag.StringVar(&s.out, "out", "", "also write the table to this file")
	flag.Parse()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(s settings) error {
	switch {
	case s.role == insideRole:
		return report(s, redirectTrial())
	case s.role != "":
		return play(s.role, s.host, s.upstream)
	case s.redirect:
		return again(append([]string{"-role", insideRole}, os.Args[1:]...))
	default:
		return report(s, proxyTrial())
	}
}

// report measures and writes what came of it.
func report(s settings, t trial) error {
	ways, stop, err := t.start(s)
	if err != nil {
		return err
	}
	defer stop()
	results, err := compare(ways, t.workloads, s)
	if err != nil {
		return err
	}
	text := render(results, t, s)
	fmt.Print(text)
	if s.out == "" {
		return nil
	}
	return os.WriteFile(s.out, []byte(text), 0o644)
}
