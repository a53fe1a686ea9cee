package firewall

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Marks (SO_MARK, CAP_NET_ADMIN) of the agent's sockets: "game" and "gday" in ASCII. They do not leave a network namespace.
const (
	// Mark is for what the agent sends for its own ends: duplicates, questions of its own. No rule matches it.
	Mark = 0x67616d65
	// Onward is for what it passes on for those who were led to it. No rule leads that to it again, and faults on packets
	// match it: it is what their peers get instead of what was led away.
	Onward = 0x67646179
)

// Prefix begins the names of all tables that are gameday's.
const Prefix = "gameday_"

// Spec describes one fault on packets.
type Spec struct {
	ID       string    `json:"id"` // letters, digits, "_", "-" and ".", up to 64; the table is named after it
	Scope    Scope     `json:"scope"`
	Verdict  Verdict   `json:"verdict"`
	Deadline time.Time `json:"deadline"` // the kernel stops matching at that time, in steps of its clock (1 to 10 ms)
}

// Validate says what is wrong with a specification, all of it. That the deadline is in
// the future is for Install to say.
func (s Spec) Validate() error {
	errs := []error{validateID(s.ID), s.Scope.Validate(), s.Verdict.validate(s.Scope)}
	if s.Deadline.IsZero() {
		errs = append(errs, errors.New("no deadline: expected the time at which the kernel ends the fault"))
	}
	return errors.Join(errs...)
}

const maxID = 64

func validateID(id string) error {
	if id == "" || len(id) > maxID || strings.ContainsFunc(id, isForeign) {
		return fmt.Errorf("id %q: expected 1 to %d letters, digits, \"_\", \"-\" and \".\"", id, maxID)
	}
	return nil
}

func isForeign(r rune) bool {
	const known = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-."
	return !strings.ContainsRune(known, r)
}

// Info describes a table that is there.
type Info struct {
	ID   string        `json:"id"`
	Left time.Duration `json:"left"` // until the kernel ends the effect; 0: it has ended

	// Serving is how long it may yet be needed by connections that it has led, also without effect; 0: not.
	Serving time.Duration `json:"serving,omitempty"`
}

// Counters says what the rules of a fault have matched.
type Counters struct {
	Ingress Count `json:"ingress"`
	Egress  Count `json:"egress"`
}

// Count counts packets, or with Redirect and Transparent connections, and their bytes with IP headers.
type Count struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// Total adds both directions up.
func (c Counters) Total() Count {
	return Count{Packets: c.Ingress.Packets + c.Egress.Packets, Bytes: c.Ingress.Bytes + c.Egress.Bytes}
}

// ErrExists says that a fault with this ID has a table already. Lift it first.
var ErrExists = errors.New("the fault's table exists already; lift it first")

// ErrExpired says that a deadline is not in the future.
var ErrExpired = errors.New("the deadline has passed; nothing was installed")
