package http

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// maxRate is the most that a load may offer, in requests per second.
const maxRate = 100_000

// pace is the stages of a load. The last one has no end.
type pace []stage

// stage is a constant rate for some time.
type stage struct {
	rate     float64 // per second
	duration time.Duration
}

// newPace reads rate or the stage blocks.
func newPace(v schema.Values) (pace, providers.Diagnostics) {
	blocks := v.Blocks("stage")
	switch {
	case v.Known("rate"):
		return pace{{rate: v.Float("rate")}}, checkRate(v, nil)
	case len(blocks) > 0:
		return newStages(blocks)
	case !v.Attr("rate").IsKnown() || !v.Attr("stage").IsKnown():
		return nil, nil
	default:
		return nil, providers.Errorf(nil, "Missing rate",
			"A load needs to know how much to offer: set rate, in requests per second, or stage blocks.")
	}
}

func newStages(blocks []schema.Values) (pace, providers.Diagnostics) {
	var all pace
	var diags providers.Diagnostics
	for i, block := range blocks {
		at := cty.GetAttrPath("stage").IndexInt(i)
		diags = append(diags, checkRate(block, at)...)
		last := i == len(blocks)-1
		duration := block.Attr("duration")
		if duration.IsKnown() && !last && block.Duration("duration") <= 0 {
			diags = append(diags, providers.Errorf(at.GetAttr("duration"), "Missing duration",
				"Every stage but the last needs a duration of more than 0, such as \"30s\": the next one begins after it.")...)
		}
		all = append(all, stage{rate: block.Float("rate"), duration: block.Duration("duration")})
	}
	return all, diags
}

func checkRate(v schema.Values, at cty.Path) providers.Diagnostics {
	if !v.Known("rate") || v.Float("rate") > 0 {
		return nil
	}
	return providers.Errorf(at.GetAttr("rate"), "Invalid rate",
		"A rate of %g offers nothing: expected more than 0 requests per second.", v.Float("rate"))
}

// clock gives the moments at which requests are due, one after the other.
type clock struct {
	pace  pace
	begin time.Time // of the present stage
	sent  int64     // in the present stage
}

// next is when the next request is due. Each moment is counted from the start
// of its stage and not from the one before, so that rounding does not add up.
func (c *clock) next() time.Time {
	for {
		now := c.pace[0]
		offset := time.Duration(float64(c.sent) / now.rate * float64(time.Second))
		if len(c.pace) == 1 || offset < now.duration {
			c.sent++
			return c.begin.Add(offset)
		}
		c.pace, c.begin, c.sent = c.pace[1:], c.begin.Add(now.duration), 0
	}
}
