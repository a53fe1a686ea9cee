package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
)

// eventsProber counts.
type eventsProber struct {
	reasons  []string
	name     string // of the object; with an asterisk at the end, how it begins
	min, max *int
	opened   time.Time
	follower *follow.Follower

	mu     sync.Mutex
	fresh  int64 // since the last sample
	total  int64
	newest follow.Object
}

// changed counts how often an event has come: one that comes again is the same
// object with a higher count.
func (p *eventsProber) changed(old, now follow.Object) {
	if now == nil || !p.matches(now) {
		return
	}
	more := occurrences(now)
	switch {
	case old != nil:
		more -= occurrences(old)
	case p.remade(now):
		more = 1
	}
	if more <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.total, p.newest = p.fresh+more, p.total+more, now
}

// remadeAfter is how long before the probe was opened an event came first that has been made anew since: longer than clocks
// differ, and less than the server keeps events (1 h by default).
const remadeAfter = time.Minute

// remade reports whether the object of an event has gone, as the server keeps none for long, and is there again for one more
// occurrence: who reports events remembers how often each came before (client-go, tools/record).
func (p *eventsProber) remade(o follow.Object) bool {
	text, _, _ := unstructured.NestedString(o.Object, "firstTimestamp")
	first, err := time.Parse(time.RFC3339, text)
	return err == nil && first.Before(p.opened.Add(-remadeAfter))
}

func (p *eventsProber) matches(o follow.Object) bool {
	reason, _, _ := unstructured.NestedString(o.Object, "reason")
	about, _, _ := unstructured.NestedString(o.Object, "involvedObject", "name")
	if len(p.reasons) > 0 && !slices.Contains(p.reasons, reason) {
		return false
	}
	if beginning, wild := strings.CutSuffix(p.name, "*"); wild {
		return strings.HasPrefix(about, beginning)
	}
	return p.name == "" || p.name == about
}

// occurrences is how often an event has come: the old API counts in count, the new
// one in a series.
func occurrences(o follow.Object) int64 {
	count, _, _ := unstructured.NestedInt64(o.Object, "count")
	series, _, _ := unstructured.NestedInt64(o.Object, "series", "count")
	return max(count, series, 1)
}

// Sample implements providers.Prober. It does no I/O.
func (p *eventsProber) Sample(context.Context) providers.Sample {
	if lost, yes := behind(p.follower, time.Now()); yes {
		return lost
	}
	p.mu.Lock()
	n, sample := p.fresh, providers.Sample{OK: true, Fields: p.described()}
	p.fresh = 0
	p.mu.Unlock()
	value := float64(n)
	sample.Value = &value
	switch {
	case p.min != nil && n < int64(*p.min):
		sample.OK, sample.Error = false, fmt.Sprintf("expected at least %d events, %d came", *p.min, n)
	case p.max != nil && n > int64(*p.max):
		sample.OK, sample.Error = false, fmt.Sprintf("expected at most %d events, %d came, the newest: %s", *p.max, n, told(sample.Fields))
	}
	return sample
}

// told is the newest event in one line.
func told(fields cty.Value) string {
	if fields.GetAttr("reason").IsNull() {
		return "unknown"
	}
	return fmt.Sprintf("%s %s: %s", fields.GetAttr("object").AsString(), fields.GetAttr("reason").AsString(), fields.GetAttr("message").AsString())
}

// described is the newest event, of SampleType. The caller holds the lock.
func (p *eventsProber) described() cty.Value {
	attrs := map[string]cty.Value{
		"total": cty.NumberIntVal(p.total), "reason": cty.NullVal(cty.String), "object": cty.NullVal(cty.String), "message": cty.NullVal(cty.String),
	}
	if p.newest != nil {
		text := func(path ...string) string {
			value, _, _ := unstructured.NestedString(p.newest.Object, path...)
			return value
		}
		attrs["reason"], attrs["message"] = cty.StringVal(text("reason")), cty.StringVal(text("message"))
		attrs["object"] = cty.StringVal(strings.ToLower(text("involvedObject", "kind")) + "/" + text("involvedObject", "name"))
	}
	return cty.ObjectVal(attrs)
}

// Close implements providers.Prober.
func (p *eventsProber) Close() error {
	p.follower.Close()
	return nil
}
