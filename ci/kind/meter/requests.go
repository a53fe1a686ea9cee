package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answered is what became of requests.
type answered struct {
	Statuses map[string]int // by status, for gRPC by its status
	Bodies   map[string]int
	Shown    map[string]int // by the value of the header that is to be shown
	Errors   map[string]int
	RTT      latencies

	show string
}

func newAnswered() answered {
	return answered{Statuses: map[string]int{}, Bodies: map[string]int{}, Shown: map[string]int{}, Errors: map[string]int{}}
}

// requests sends requests over HTTP/1.1, one after the other.
func requests(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("http", flag.ContinueOnError)
	to := set.String("url", "", "URL")
	n := set.Int("n", 200, "requests")
	method := set.String("method", http.MethodGet, "method")
	header := set.String("header", "", "name: value")
	show := set.String("show", "", "name of a header of the answers")
	fresh := set.Bool("fresh", false, "a connection each")
	size := set.Int("body", 0, "bytes to send")
	timeout := set.Duration("timeout", 5*time.Second, "of each")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: *timeout, Transport: &http.Transport{DisableKeepAlives: *fresh}}
	seen := newAnswered()
	seen.show = *show
	var times []time.Duration
	for range *n {
		r, err := http.NewRequestWithContext(ctx, *method, *to, bytes.NewReader(make([]byte, *size)))
		if err != nil {
			return nil, err
		}
		if name, value, ok := strings.Cut(*header, ": "); ok {
			r.Header.Set(name, value)
		}
		began := time.Now()
		if seen.take(client.Do(r)) {
			times = append(times, time.Since(began))
		}
	}
	seen.RTT = quantiles(times)
	return seen, nil
}

// take reads an answer.
func (a *answered) take(response *http.Response, err error) bool {
	if err == nil {
		var body []byte
		body, err = io.ReadAll(io.LimitReader(response.Body, 1<<16))
		_ = response.Body.Close()
		a.Statuses[response.Status[:3]]++
		a.Bodies[string(body)]++
		a.Shown[response.Header.Get(a.show)]++
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if err != nil {
		a.Errors[errText(err)]++
	}
	return err == nil
}

// calls makes gRPC calls over HTTP/2 without TLS.
func calls(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("grpc", flag.ContinueOnError)
	to := set.String("url", "", "URL with /service/method")
	n := set.Int("n", 100, "calls")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Protocols: &protocols}}
	seen := newAnswered()
	for range *n {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, *to, bytes.NewReader(make([]byte, 5)))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/grpc")
		r.Header.Set("TE", "trailers")
		response, err := client.Do(r)
		if err != nil {
			seen.Errors[errText(err)]++
			continue
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		status := response.Trailer.Get("Grpc-Status") + response.Header.Get("Grpc-Status")
		seen.Statuses[status]++
	}
	return seen, nil
}
