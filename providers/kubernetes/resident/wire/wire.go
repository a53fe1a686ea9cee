// Package wire is what a runner and the agent inside a pod say to each other: one
// request and one reply, as JSON, through the standard input and output of a
// command that is executed in the agent's container.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Version of the messages. An agent refuses any other.
const Version = 1

// MostBytes bounds a message: a specification with a body to answer requests with
// is the largest.
const MostBytes = 4 << 20

// Op is what a request asks for.
type Op string

// The requests.
const (
	Inject Op = "inject" // put Request.Fault in place; the same id twice is one fault
	Status Op = "status" // say how the fault Request.ID stands
	Revert Op = "revert" // end the fault Request.ID, whoever put it there
)

// Request asks the agent for something.
type Request struct {
	Version int    `json:"version"`
	Op      Op     `json:"op"`
	ID      string `json:"id"`
	Fault   *Fault `json:"fault,omitempty"` // of Inject

	// Stay, of Status, is how long the agent is to wait for a fault at least, in nanoseconds. An agent that knows nothing of it
	// answers, and leaves when it likes.
	Stay time.Duration `json:"stay,omitempty"`
}

// Fault is what an engine of the agent shall do, and until when.
type Fault struct {
	Engine string `json:"engine"` // "packets", "streams", "dns", "cpu", …

	// Deadline is the moment after which nothing of the fault may be left, by the
	// clock of whoever asks. For is what was left until then when the request was
	// sent: the agent ends at what comes first by its own clock, so that clocks which
	// differ never make a fault longer.
	Deadline time.Time     `json:"deadline"`
	For      time.Duration `json:"for"` // nanoseconds

	// Spec is the engine's own specification.
	Spec json.RawMessage `json:"spec"`
}

// Until is when the fault ends by the clock of the reader.
func (f Fault) Until(now time.Time) time.Time {
	if own := now.Add(f.For); own.Before(f.Deadline) {
		return own
	}
	return f.Deadline
}

// State says how a fault stands in the pod.
type State string

// The states.
const (
	Absent  State = "absent"  // nothing of it is there
	Active  State = "active"  // in place
	Partial State = "partial" // in place in part: Reply.Detail says what is missing
	Left    State = "left"    // no agent drives it, and something of it is still there: the kernel ends it at the deadline
)

// Reply is the answer. With an Error, the request was not done.
type Reply struct {
	Version int    `json:"version"`
	State   State  `json:"state,omitempty"`
	Detail  string `json:"detail,omitempty"` // why it ended by itself, what is missing, or what is left
	Facts   []Fact `json:"facts,omitempty"`  // evidence of an effect
	Error   string `json:"error,omitempty"`
}

// Fact is one piece of evidence, as providers.Fact has it.
type Fact struct {
	Name  string  `json:"name"`
	Text  string  `json:"text"`
	Value float64 `json:"value,omitempty"`
	Unit  string  `json:"unit,omitempty"`
}

// Err is the reply's error; nil when the request was done.
func (r Reply) Err() error {
	if r.Error == "" {
		return nil
	}
	return errors.New(r.Error)
}

// Read reads one message.
func Read[M Request | Reply](from io.Reader) (M, error) {
	var message M
	limited := &io.LimitedReader{R: from, N: MostBytes + 1}
	err := json.NewDecoder(limited).Decode(&message)
	switch {
	case limited.N <= 0:
		return message, fmt.Errorf("a message of more than %d bytes", MostBytes)
	case errors.Is(err, io.EOF):
		return message, fmt.Errorf("the message is missing: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return message, fmt.Errorf("read a message: %w", err)
	}
	return message, nil
}

// Write writes one message and a line feed.
func Write[M Request | Reply](to io.Writer, message M) error {
	if err := json.NewEncoder(to).Encode(message); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// Check says what is wrong with a request.
func (r Request) Check() error {
	switch {
	case r.Version != Version:
		return fmt.Errorf("the message has version %d, and this agent speaks version %d: use the gameday and the agent of one release", r.Version, Version)
	case r.ID == "":
		return errors.New("the message names no fault")
	case r.Op == Inject && r.Fault == nil:
		return errors.New("the message has no fault to inject")
	case r.Op != Inject && r.Op != Status && r.Op != Revert:
		return fmt.Errorf("unknown request %q: expected %s, %s or %s", r.Op, Inject, Status, Revert)
	}
	return nil
}
