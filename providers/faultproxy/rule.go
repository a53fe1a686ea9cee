package faultproxy

import (
	"maps"
	"time"
)

// Rule is one fault on a proxy. Which fields are read depends on Kind; the
// others are ignored.
type Rule struct {
	ID        string    `json:"id"` // the handle for Put and Remove
	Kind      Kind      `json:"kind"`
	Direction Direction `json:"direction,omitempty"` // empty: the kind's default

	Latency     time.Duration `json:"latency,omitempty"`     // added to each chunk or request
	Jitter      time.Duration `json:"jitter,omitempty"`      // each delay is uniform within Latency ± Jitter, never below zero
	Correlation float64       `json:"correlation,omitempty"` // percent by which a delay follows the one before, as netem defines it

	Rate   int64 `json:"rate,omitempty"`   // bits per second
	Buffer int64 `json:"buffer,omitempty"` // bytes that may pass at once after a pause; 0: 10 ms worth, at least 1600

	Probability float64 `json:"probability,omitempty"` // chance of each connection to be reset, above 0 and up to 1

	Match           Match             `json:"match,omitzero"`             // which requests
	Percent         float64           `json:"percent,omitempty"`          // exact share of the matching requests, above 0 and up to 100
	Status          int               `json:"status,omitempty"`           // 200 to 599
	Body            string            `json:"body,omitempty"`             // of the answer, up to 1 MiB
	Replacements    map[string]string `json:"replacements,omitempty"`     // text in a body of up to 1 MiB that is not compressed, to what is put in its place
	ResponseHeaders map[string]string `json:"response_headers,omitempty"` // of the answer

	GRPC GRPC `json:"grpc,omitzero"` // which calls, and how they end

	Deadline time.Time `json:"deadline,omitzero"` // the proxy removes the rule then by itself; zero: never
	Seed     int64     `json:"seed,omitempty"`    // for every choice by chance: same seed, same choices
}

// Match selects requests. Empty fields match everything.
type Match struct {
	Path    string            `json:"path,omitempty"`    // glob over the path without the query: * within a segment, ** across segments, ? one character
	Method  string            `json:"method,omitempty"`  // exact, upper case
	Headers map[string]string `json:"headers,omitempty"` // name, in any case, to a glob over the value, in which * spans everything
}

// GRPC selects calls of gRPC, which are HTTP/2 requests to /SERVICE/METHOD with a
// content type of application/grpc, and says how they end.
type GRPC struct {
	Service       string `json:"service,omitempty"`        // glob over the full name, such as shop.v1.Orders; * spans everything; empty: all
	Method        string `json:"method,omitempty"`         // glob; empty: all
	StatusCode    string `json:"status_code,omitempty"`    // a name, such as UNAVAILABLE, or a number from 1 to 16
	StatusMessage string `json:"status_message,omitempty"` // for people, in UTF-8
}

// way is the rule's direction with the default applied.
func (r Rule) way() Direction {
	if r.Direction == "" {
		return defaultDirection(r.Kind)
	}
	return r.Direction
}

// burst is the size of the token bucket in bytes.
func (r Rule) burst() int64 {
	if r.Buffer > 0 {
		return r.Buffer
	}
	return max(r.Rate/8/100, 1600)
}

// clone shares no map with the rule, so that its owner may go on changing it.
func (r Rule) clone() Rule {
	r.Match.Headers = maps.Clone(r.Match.Headers)
	r.ResponseHeaders = maps.Clone(r.ResponseHeaders)
	r.Replacements = maps.Clone(r.Replacements)
	return r
}
