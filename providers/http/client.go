package http

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// newClient makes the client that requestAttributes and the tls block ask for.
// Each probe and load has its own, so that none measures on connections that
// another one broke. Idle is how many connections it may keep.
func newClient(v schema.Values, dir string, idle int) (*http.Client, providers.Diagnostics) {
	config, diags := probing.TLSConfig(v, dir)
	if diags.HasErrors() {
		return nil, diags
	}
	client := &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext,
		TLSClientConfig:     config,
		ForceAttemptHTTP2:   true, // a TLS configuration of our own would switch it off
		DisableKeepAlives:   !v.Bool("keep_alive"),
		DisableCompression:  true, // the answer is judged as it was sent
		MaxIdleConnsPerHost: idle,
		IdleConnTimeout:     90 * time.Second,
	}}
	client.CheckRedirect = followTen
	if !v.Bool("follow_redirects") {
		client.CheckRedirect = followNone
	}
	return client, diags
}

func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func followTen(_ *http.Request, via []*http.Request) error {
	if len(via) > 10 {
		return errors.New("stopped after 10 redirects")
	}
	return nil
}
