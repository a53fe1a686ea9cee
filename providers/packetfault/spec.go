package packetfault

import (
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// Spec describes a fault. At least one of its effects must be given. Percents are 0 to 100.
type Spec struct {
	ID       string         `json:"id"` // as firewall.Spec.ID
	Scope    firewall.Scope `json:"scope"`
	Deadline time.Time      `json:"deadline"`
	Seed     uint64         `json:"seed,omitempty"` // the same seed and the same packets: the same decisions

	Delay     *Delay     `json:"delay,omitempty"`
	Loss      *Share     `json:"loss,omitempty"`
	Corrupt   *Share     `json:"corrupt,omitempty"`
	Duplicate *Share     `json:"duplicate,omitempty"`
	Bandwidth *Bandwidth `json:"bandwidth,omitempty"`
	Partition bool       `json:"partition,omitempty"` // alone: what is dropped cannot be anything else

	// Limit is how many packets may be held, of both directions together; 0 means 65536, which is also the most, and
	// 1024 less with Bandwidth. Of a delay, further ones pass at once; of a bandwidth, those that would have to wait are
	// dropped. The same holds when 64 MiB are held, or 8 MiB with Corrupt or Duplicate.
	Limit int `json:"limit,omitempty"`
}

// Delay holds packets.
type Delay struct {
	Latency        time.Duration `json:"latency"`                   // nanoseconds
	Jitter         time.Duration `json:"jitter,omitempty"`          // nanoseconds, at most Latency
	Correlation    float64       `json:"correlation,omitempty"`     // percent
	ReorderPercent float64       `json:"reorder_percent,omitempty"` // of packets pass at once
	Gap            int           `json:"gap,omitempty"`             // packets; 0: as 1, every packet has the chance
}

// Share is a part of all packets.
type Share struct {
	Percent     float64 `json:"percent"`
	Correlation float64 `json:"correlation,omitempty"` // percent
}

// Bandwidth is a token bucket.
type Bandwidth struct {
	Rate   uint64 `json:"rate"`             // bits per second
	Limit  int    `json:"limit,omitempty"`  // bytes that may wait for tokens; 0: 100 ms worth, at least 64 KiB
	Buffer int    `json:"buffer,omitempty"` // bytes that may pass at once; 0: 10 ms worth, at least 3200
}

// The least bucket, a packet of an Ethernet, and the default's floor. Larger packets wait for what is missing.
const (
	leastBuffer   = 1500
	defaultBuffer = 3200
)

// Validate says what is wrong with a specification, all of it.
func (s Spec) Validate() error {
	verdict := firewall.Spec{ID: s.ID, Scope: s.Scope, Deadline: s.Deadline, Verdict: firewall.Drop()}
	errs := []error{verdict.Validate(), s.validateKinds(), s.Delay.validate(), s.Bandwidth.validate()}
	errs = append(errs, s.Loss.validate("loss"), s.Corrupt.validate("corrupt"), s.Duplicate.validate("duplicate"))
	if s.Limit < 0 || s.Limit > mostPackets {
		errs = append(errs, fmt.Errorf("limit %d: expected 1 to %d packets, or 0 for as many as that", s.Limit, mostPackets))
	}
	return errors.Join(errs...)
}

func (s Spec) validateKinds() error {
	queued := s.Delay != nil || s.Loss != nil || s.Corrupt != nil || s.Duplicate != nil || s.Bandwidth != nil
	switch {
	case s.Partition && queued:
		return errors.New("partition beside another effect: nothing is left to delay or lose; make it a fault of its own")
	case !s.Partition && !queued:
		return errors.New("no effect: expected one of delay, loss, corrupt, duplicate, bandwidth and partition")
	default:
		return nil
	}
}

func (d *Delay) validate() error {
	if d == nil {
		return nil
	}
	errs := []error{percent("delay correlation", d.Correlation), percent("reorder_percent", d.ReorderPercent)}
	if d.Latency < 0 || d.Jitter < 0 || d.Jitter > d.Latency {
		errs = append(errs, fmt.Errorf("latency %s with jitter %s: expected neither below zero and no more jitter than latency", d.Latency, d.Jitter))
	}
	if d.Gap < 0 || (d.Gap > 0 && d.ReorderPercent == 0) {
		errs = append(errs, fmt.Errorf("gap %d: expected it with reorder_percent, and not below 0", d.Gap))
	}
	return errors.Join(errs...)
}

func (s *Share) validate(name string) error {
	if s == nil {
		return nil
	}
	return errors.Join(percent(name+" percent", s.Percent), percent(name+" correlation", s.Correlation))
}

func percent(name string, value float64) error {
	if value >= 0 && value <= 100 {
		return nil
	}
	return fmt.Errorf("%s %v: expected 0 to 100", name, value)
}

func (b *Bandwidth) validate() error {
	if b == nil {
		return nil
	}
	var errs []error
	if b.Rate == 0 || b.Rate > 1e12 {
		errs = append(errs, fmt.Errorf("rate %d bit/s: expected 1 to 10^12", b.Rate))
	}
	if b.Limit < 0 || b.Buffer < 0 || (b.Buffer > 0 && b.Buffer < leastBuffer) {
		errs = append(errs, fmt.Errorf("limit %d and buffer %d: expected bytes, of the buffer at least %d, a packet", b.Limit, b.Buffer, leastBuffer))
	}
	return errors.Join(errs...)
}
