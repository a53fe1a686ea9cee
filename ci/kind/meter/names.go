package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// resolved is what a name came to.
type resolved struct {
	Addresses map[string]int // or what else was asked for
	Errors    map[string]int
}

func lookUp(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("dns", flag.ContinueOnError)
	name := set.String("name", "", "name")
	n := set.Int("n", 10, "look-ups")
	network := set.String("network", "", "tcp to ask over TCP")
	kind := set.String("type", "", "of records: a, aaaa, mx or txt; addresses of both kinds without")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, asked, address string) (net.Conn, error) {
		if *network != "" {
			asked = *network
		}
		return (&net.Dialer{}).DialContext(ctx, asked, address)
	}}
	seen := resolved{Addresses: map[string]int{}, Errors: map[string]int{}}
	for range *n {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		answers, err := look(ctx, resolver, *kind, *name)
		cancel()
		if err != nil {
			text := err.Error()
			if _, after, found := strings.Cut(text, ": "); found {
				text = after
			}
			seen.Errors[text]++
			continue
		}
		for _, a := range answers {
			seen.Addresses[a]++
		}
	}
	return seen, nil
}

// look asks once, and gives what came as texts.
func look(ctx context.Context, resolver *net.Resolver, kind, name string) ([]string, error) {
	var answers []string
	switch kind {
	case "a", "aaaa":
		addresses, err := resolver.LookupNetIP(ctx, map[string]string{"a": "ip4", "aaaa": "ip6"}[kind], name)
		for _, a := range addresses {
			answers = append(answers, a.Unmap().String())
		}
		return answers, err
	case "mx":
		exchanges, err := resolver.LookupMX(ctx, name)
		for _, mx := range exchanges {
			answers = append(answers, fmt.Sprintf("%d %s", mx.Pref, mx.Host))
		}
		return answers, err
	case "txt":
		return resolver.LookupTXT(ctx, name)
	default:
		return resolver.LookupHost(ctx, name)
	}
}

// burn is a process that works until it is ended: something to pause and to kill.
// With -child it is a child of this process.
func burn(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("burn", flag.ContinueOnError)
	child := set.Bool("child", false, "in a process of its own")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	if *child {
		return nil, exec.CommandContext(ctx, os.Args[0], "burn").Run()
	}
	for ctx.Err() == nil {
		runtime.Gosched()
	}
	return nil, ctx.Err()
}
