package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func isTimeout(err error) bool {
	timeout, is := errors.AsType[net.Error](err)
	return is && timeout.Timeout()
}

// dialled is what became of connections, each of which sends a byte and reads it.
type dialled struct {
	OK     int
	Errors map[string]int
	RTT    latencies // from the first packet to the answer
}

func tcp(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("tcp", flag.ContinueOnError)
	to := set.String("to", "", "host:port")
	n := set.Int("n", 100, "connections, one after the other")
	timeout := set.Duration("timeout", time.Second, "of each")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	seen := dialled{Errors: map[string]int{}}
	var times []time.Duration
	for range *n {
		began := time.Now()
		if err := talk(ctx, *to, *timeout); err != nil {
			seen.Errors[errText(err)]++
			continue
		}
		seen.OK++
		times = append(times, time.Since(began))
	}
	seen.RTT = quantiles(times)
	return seen, nil
}

func talk(ctx context.Context, to string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", to)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(timeout))
	if _, err := conn.Write([]byte{1}); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err
}

// poured is how fast bytes came.
type poured struct {
	Bytes              int64   // that a program could read
	BitsPerSecond      float64 // of those
	BitsPerSecondOnEth float64 // of all that came, those among it that a program cannot read as some before them were lost
}

// rate reads for a while from a server that sends what fits, after a moment in which
// what was saved up passes.
func rate(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("rate", flag.ContinueOnError)
	to := set.String("to", "", "host:port")
	during := set.Duration("for", 4*time.Second, "how long")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", *to)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, conn)
	before, err := received()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	_ = conn.SetReadDeadline(began.Add(*during))
	n, _ := io.Copy(io.Discard, conn) // ends with the deadline
	seconds := time.Since(began).Seconds()
	after, err := received()
	return poured{Bytes: n, BitsPerSecond: 8 * float64(n) / seconds, BitsPerSecondOnEth: 8 * float64(after-before) / seconds}, err
}

// received is how many bytes came to the pod's interface, as Linux counts them in each frame.
func received() (int64, error) {
	const path = "/sys/class/net/eth0/statistics/rx_bytes"
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}
