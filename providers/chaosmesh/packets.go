package chaosmesh

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

func correlation() schema.Attribute {
	return schema.Attribute{
		Name: "correlation", Type: percent(), Default: cty.NumberIntVal(0), Description: "How much each choice follows the one before, in percent, as netem defines it.",
	}
}

// shared are the attributes of those that hit a share of the packets.
func shared() []schema.Attribute {
	return []schema.Attribute{
		{Name: "percent", Type: percent(), Required: true, Example: "10", Description: "Share of the packets, each by a choice of its own."},
		correlation(),
	}
}

func share(name string) func(kubernetes.OperatedRequest) object {
	return func(r kubernetes.OperatedRequest) object {
		return object{name: decimal(r.Config.Float("percent")), "correlation": decimal(r.Config.Float("correlation"))}
	}
}

func percentOf(format string) func(schema.Values) string {
	return func(v schema.Values) string { return fmt.Sprintf(format, v.Float("percent")) }
}

func delayAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "latency", Type: duration(), Required: true, Example: `"100ms"`, Min: schema.Number(0), Description: "How much longer packets take."},
		{Name: "jitter", Type: duration(), Default: cty.StringVal("0s"), Min: schema.Number(0), Description: "By how much that varies."},
		correlation(),
		{Name: "reorder_percent", Type: percent(), Description: "Share of the packets that are sent at once, before those that wait."},
		{Name: "gap", Type: integer(), Min: schema.Number(1), Description: "With reorder_percent, only every gap-th packet is sent at once."},
	}
}

func delayOf(r kubernetes.OperatedRequest) object {
	v := r.Config
	out := object{
		"latency": whole(v.Duration("latency")), "jitter": whole(v.Duration("jitter")), "correlation": decimal(v.Float("correlation")),
	}
	if v.Known("reorder_percent") {
		out["reorder"] = object{"reorder": decimal(v.Float("reorder_percent")), "correlation": decimal(v.Float("correlation")), "gap": max(1, v.Int("gap"))}
	}
	return out
}

func bandwidthAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "rate", Type: rate(), Required: true, Example: `"1mbit"`, Description: "Bits per second."},
		{Name: "limit", Type: size(), Default: cty.StringVal("20KiB"), Min: schema.Number(1), Description: "How much may wait; what comes beyond is dropped."},
		{Name: "buffer", Type: size(), Default: cty.StringVal("10KiB"), Min: schema.Number(1), Description: "How much may be sent at once."},
	}
}

// bandwidthOf gives the rate in tc's "bit", which means bits: its "bps", and with it "mbps", means bytes.
func bandwidthOf(r kubernetes.OperatedRequest) object {
	return object{
		"rate": fmt.Sprintf("%dbit", r.Config.Rate("rate")), "limit": r.Config.Size("limit"), "buffer": r.Config.Size("buffer"),
	}
}

// gapped refuses a gap between packets that are not sent at once.
func gapped(delay kubernetes.Operated) kubernetes.Operated {
	others := delay.Validate
	delay.Validate = func(v schema.Values) providers.Diagnostics {
		if v.Known("gap") && v.Attr("reorder_percent").IsNull() {
			return providers.Errorf(cty.GetAttrPath("gap"), "Gap of what?", "gap says which of the packets of reorder_percent are sent at once. Set that, too, or leave gap out.")
		}
		return others(v)
	}
	return delay
}
