package sample_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/runner/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// epoch is where hand-fed series begin.
func epoch() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// at is a point that was OK, due that long after the epoch.
func at(due, latency time.Duration) sample.Point {
	return sample.Point{Due: epoch().Add(due), Latency: latency, OK: true, Sent: true}
}

// failed is a point that was not OK.
func failed(due, latency time.Duration, text string) sample.Point {
	return sample.Point{Due: epoch().Add(due), Latency: latency, Sent: true, Error: text}
}

func number(n float64) *float64 { return &n }
