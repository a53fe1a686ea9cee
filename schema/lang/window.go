package lang

import (
	"maps"

	"github.com/zclconf/go-cty/cty"
)

// WindowType is the type of a probe's window, `probe.x` and `baseline.x`:
//
//	count, success_count  number of samples, and of those that were OK
//	success_ratio         0 to 1
//	latency               min, mean, p50, p90, p95, p99, max, in seconds
//	value                 min, mean, max, last, of probes that measure a value
//	last                  the newest sample: ok, error, latency, value and fields
//
// Fields is the probe's SampleType; a field cannot take the name of one that
// every sample has. An attribute that the samples do not give is null.
func WindowType(fields cty.Type) cty.Type {
	attrs := commonWindow()
	attrs["value"] = numbers("min", "mean", "max", "last")
	last := map[string]cty.Type{}
	if fields != cty.NilType && fields.IsObjectType() {
		maps.Copy(last, fields.AttributeTypes())
	}
	maps.Copy(last, lastTypes())
	last["value"] = cty.Number
	attrs["last"] = cty.Object(last)
	return cty.Object(attrs)
}

// LoadWindowType is the type of a load's window, `load.x`: a probe's without
// values, and with rate (requests sent per second) and offered (requests that
// were due, sent or not). Its count is that of the requests sent.
func LoadWindowType() cty.Type {
	attrs := commonWindow()
	attrs["last"] = cty.Object(lastTypes())
	attrs["rate"] = cty.Number
	attrs["offered"] = cty.Number
	return cty.Object(attrs)
}

func commonWindow() map[string]cty.Type {
	return map[string]cty.Type{
		"count":         cty.Number,
		"success_count": cty.Number,
		"success_ratio": cty.Number,
		"latency":       numbers("min", "mean", "p50", "p90", "p95", "p99", "max"),
	}
}

func lastTypes() map[string]cty.Type {
	return map[string]cty.Type{"ok": cty.Bool, "error": cty.String, "latency": cty.Number}
}

func numbers(names ...string) cty.Type {
	attrs := make(map[string]cty.Type, len(names))
	for _, name := range names {
		attrs[name] = cty.Number
	}
	return cty.Object(attrs)
}
