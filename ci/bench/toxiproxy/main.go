// Command toxiproxy measures gameday's fault proxy against Toxiproxy, both
// without a fault and with a delay, in one run in which they take turns with the
// direct way. Client, server and each proxy are processes of their own, as they
// are where proxies are used.
//
//	go run . [-round 1s] [-rounds 9] [-only TEXT] [-out ../results/faultproxy.md]
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
	upstream string
	round    time.Duration
	rounds   int
	only     string
	out      string
}

func main() {
	var s settings
	flag.StringVar(&s.role, "role", "", "what this process is; the program starts itself with it")
	flag.StringVar(&s.upstream, "upstream", "", "where a proxy leads to")
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
	if s.role != "" {
		return play(s.role, s.upstream)
	}
	ways, stop, err := startAll()
	if err != nil {
		return err
	}
	defer stop()
	results, err := compare(ways, s)
	if err != nil {
		return err
	}
	text := render(results, s)
	fmt.Print(text)
	if s.out == "" {
		return nil
	}
	return os.WriteFile(s.out, []byte(text), 0o644)
}
