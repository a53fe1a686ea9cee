package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/gameday-dev/gameday/providers/faultproxy"
)

// largeBody is the size of /large.
const largeBody = 1 << 20

// delay is the fault that is measured.
const delay = 100 * time.Millisecond

// play is a child process: it prints its address, obeys "delay" and "clear" on
// its standard input, and ends with it.
func play(role, host, upstream string) error {
	switch role {
	case "server":
		return serve(host)
	case "gameday":
		return playGameday(host, upstream)
	case "toxiproxy":
		return playToxiproxy(host, upstream)
	default:
		return fmt.Errorf("role is %q: expected server, gameday or toxiproxy", role)
	}
}

func serve(host string) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	responses := answers()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, responses)
		}
	}()
	return obey(listener.Addr().String(), func(string) error { return nil })
}

func playGameday(host, upstream string) error {
	proxy, err := faultproxy.Start(faultproxy.Config{Listen: net.JoinHostPort(host, "0"), Upstream: upstream})
	if err != nil {
		return err
	}
	defer proxy.Close()
	return obey(proxy.Addr(), func(command string) error {
		if command == "clear" {
			proxy.Remove("slow")
			return nil
		}
		return proxy.Put(faultproxy.Rule{ID: "slow", Kind: faultproxy.Delay, Latency: delay})
	})
}

func playToxiproxy(host, upstream string) error {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "bench", net.JoinHostPort(host, "0"), upstream)
	if err := proxy.Start(); err != nil {
		return err
	}
	defer proxy.Stop()
	return obey(proxy.Listen, func(command string) error {
		if command == "clear" {
			proxy.Toxics.ResetToxics(context.Background())
			return nil
		}
		toxic := fmt.Sprintf(`{"name":"slow","type":"latency","stream":"upstream","attributes":{"latency":%d}}`, delay.Milliseconds())
		_, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic))
		return err
	})
}

// obey announces an address and runs commands until there are none left.
func obey(address string, do func(command string) error) error {
	fmt.Println(address)
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		if err := do(input.Text()); err != nil {
			return err
		}
		fmt.Println("done")
	}
	return input.Err()
}
