package sample

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// A Point is the outcome of one sample or of one offered request.
type Point struct {
	Due     time.Time     // when the schedule wanted it sent
	Latency time.Duration // from Due to the end of the answer, or to the failure
	OK      bool
	Sent    bool      // false: it was due and could not be sent
	Lost    bool      // it was due, and nobody knows how it went: Error says why
	Error   string    // why not OK, for people
	Value   *float64  // what the sample measured; nil for nothing
	Fields  cty.Value // what else it saw, of the probe's SampleType; cty.NilVal for nothing
}

// cleaned is the point without what no window could hold: a negative latency (a
// clock that was set back) and a value that is no finite number.
func (p Point) cleaned() Point {
	p.Latency = max(p.Latency, 0)
	checked := providers.Sample{OK: p.OK, Error: p.Error, Value: p.Value}.Checked()
	p.OK, p.Error, p.Value = checked.OK, checked.Error, checked.Value
	if p.OK {
		p.Error = ""
	}
	return p
}
