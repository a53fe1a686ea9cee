// Package wire is what gameday and its prober pod say to each other: frames of
// JSON, one a line, over one stream that may break at any time and be opened
// again. Neither end trusts the other's clock: moments are durations since the
// prober began, and the runner measures how those lie in its own time.
package wire

import (
	"encoding/json"
	"time"
)

// Version of the protocol. Ends with different ones do not talk.
const Version = 1

// Message is a frame. One of its fields is set.
type Message struct {
	// From the runner.
	Hello *Hello `json:"hello,omitempty"`
	Open  *Open  `json:"open,omitempty"`
	Start *Start `json:"start,omitempty"`
	Stop  *Stop  `json:"stop,omitempty"`
	Ack   *Ack   `json:"ack,omitempty"`
	Ping  *Ping  `json:"ping,omitempty"`

	// From the prober.
	Welcome  *Welcome  `json:"welcome,omitempty"`
	Opened   *Opened   `json:"opened,omitempty"`
	Delivery *Delivery `json:"delivery,omitempty"`
	Pong     *Pong     `json:"pong,omitempty"`
}

// Hello is the first frame on every connection.
type Hello struct {
	Version  int               `json:"version"`
	Instance string            `json:"instance,omitempty"` // of the prober that was spoken to before
	Got      map[string]uint64 `json:"got,omitempty"`      // by stream, the last delivery that arrived from it
}

// Welcome answers a Hello.
type Welcome struct {
	Version  int    `json:"version"`
	Instance string `json:"instance"` // another one: nothing of before is known
}

// Open makes a probe or a load, which is not started yet. A stream that is open
// stays as it is.
type Open struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind"` // "probe", "load"
	Type    string            `json:"type"` // "http"
	Address string            `json:"address"`
	Config  json.RawMessage   `json:"config"` // cty JSON of the dynamic type
	Files   map[string][]byte `json:"files,omitempty"`
	Timeout time.Duration     `json:"timeout"`
}

// Opened answers an Open.
type Opened struct {
	ID       string    `json:"id"`
	Problems []Problem `json:"problems,omitempty"`
}

// Problem is a diagnostic without its place.
type Problem struct {
	Warning bool   `json:"warning,omitempty"`
	Summary string `json:"summary"`
	Detail  string `json:"detail"`
}

// Start begins what was opened. What runs goes on as it is.
type Start struct {
	ID       string        `json:"id"`
	Delay    time.Duration `json:"delay,omitempty"`
	Interval time.Duration `json:"interval,omitempty"` // of a probe
}

// Stop ends a stream, and forgets it when its last delivery is acknowledged.
type Stop struct {
	ID string `json:"id"`
}

// Ack says that every delivery up to Seq has arrived.
type Ack struct {
	ID  string `json:"id"`
	Seq uint64 `json:"seq"`
}

// Ping asks what time it is.
type Ping struct {
	N uint64 `json:"n"`
}

// Pong answers a Ping.
type Pong struct {
	N   uint64        `json:"n"`
	Now time.Duration `json:"now"`
}

// Delivery is what a stream has measured since the one before.
type Delivery struct {
	ID       string        `json:"id"`
	Seq      uint64        `json:"seq"` // 1, 2, 3; one that was dropped is in the next one's Dropped
	Samples  []Sample      `json:"samples,omitempty"`
	Complete time.Duration `json:"complete"` // everything due before is in this delivery or those before
	Dropped  *Dropped      `json:"dropped,omitempty"`
	Ended    *string       `json:"ended,omitempty"` // the stream is over, and why; empty for as it was told
}

// Dropped is what a full buffer could not keep.
type Dropped struct {
	Samples int           `json:"samples"`
	From    time.Duration `json:"from"` // due time of the first
	To      time.Duration `json:"to"`   // and of the last
}

// Sample is one measurement, or one request that was due.
type Sample struct {
	Due    time.Duration `json:"due"`
	Late   time.Duration `json:"late,omitempty"` // from Due until it was sent
	Took   time.Duration `json:"took,omitempty"` // from then to the end of the answer
	OK     bool          `json:"ok,omitempty"`
	Unsent bool          `json:"unsent,omitempty"`
	Lost   bool          `json:"lost,omitempty"`
	Error  string        `json:"error,omitempty"`
	Value  *float64      `json:"value,omitempty"`

	// Fields are the attributes of the sample's fields as cty JSON. Those that are
	// as in the sample before it on the same connection are left out.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`
	Same   []string                   `json:"same,omitempty"` // names of those left out
}
