package sample_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/lang"
)

func fields() cty.Type {
	return cty.Object(map[string]cty.Type{"status": cty.Number, "headers": cty.Map(cty.String)})
}

func TestWindowsHaveTheLanguagesTypes(t *testing.T) {
	full := at(0, 1500*time.Millisecond)
	full.Value = number(2)
	full.Fields = cty.ObjectVal(map[string]cty.Value{"status": cty.NumberIntVal(200), "headers": cty.MapValEmpty(cty.String)})
	wrong := full
	wrong.Fields = cty.ObjectVal(map[string]cty.Value{"status": cty.True, "extra": cty.True})

	points := map[string][]sample.Point{
		"empty": nil, "full": {full}, "no fields": {at(0, 0)}, "fields of the wrong type": {wrong}, "failed": {failed(0, 0, "x")},
	}
	for name, points := range points {
		t.Run(name, func(t *testing.T) {
			probe := sample.NewSeries("probe.a", fields(), time.Minute)
			load := sample.NewLoadSeries("load.a", time.Minute)
			for _, p := range points {
				probe.Record(p)
				load.Record(p)
			}
			to := epoch().Add(time.Second)
			sameType(t, lang.WindowType(fields()), probe.Between(epoch(), to).Value())
			sameType(t, lang.LoadWindowType(), load.Between(epoch(), to).Value())
		})
	}
}

func sameType(t *testing.T, want cty.Type, got cty.Value) {
	t.Helper()
	for _, problem := range got.Type().TestConformance(want) {
		t.Error(problem)
	}
	assert.True(t, got.Type().Equals(want))
}

func TestFieldsOfAnyTypeKeepTheirs(t *testing.T) {
	ty := cty.Object(map[string]cty.Type{"json": cty.DynamicPseudoType})
	s := sample.NewSeries("probe.a", ty, time.Minute)
	p := at(0, 0)
	p.Fields = cty.ObjectVal(map[string]cty.Value{"json": cty.ObjectVal(map[string]cty.Value{"up": cty.True})})
	s.Record(p)
	got := s.Between(epoch(), epoch().Add(1)).Value()
	assert.Equal(t, cty.True, got.GetAttr("last").GetAttr("json").GetAttr("up"))
	assert.Empty(t, got.Type().TestConformance(lang.WindowType(ty)))
}

func TestTheValueOfAWindow(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	for i := range 10 {
		s.Record(at(time.Duration(i)*time.Second, time.Duration(i+1)*100*time.Millisecond))
	}
	s.Record(failed(10*time.Second, 2*time.Second, "refused"))
	assert.JSONEq(t, `{
		"count": 11, "success_count": 10, "success_ratio": 0.9090909090909091,
		"latency": {"min": 0.1, "mean": 0.681818181, "p50": 0.6, "p90": 1, "p95": 2, "p99": 2, "max": 2},
		"value": {"min": null, "mean": null, "max": null, "last": null},
		"last": {"ok": false, "error": "refused", "latency": 2, "value": null}
	}`, asJSON(t, s.Between(epoch(), epoch().Add(time.Minute)).Value()))
}

func TestTheValueOfAnEmptyWindow(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.Object(map[string]cty.Type{"status": cty.Number}), time.Minute)
	assert.JSONEq(t, `{
		"count": 0, "success_count": 0, "success_ratio": null,
		"latency": {"min": null, "mean": null, "p50": null, "p90": null, "p95": null, "p99": null, "max": null},
		"value": {"min": null, "mean": null, "max": null, "last": null},
		"last": {"ok": null, "error": null, "latency": null, "value": null, "status": null}
	}`, asJSON(t, s.Phase("fault").Value()))
}

func asJSON(t *testing.T, v cty.Value) string {
	t.Helper()
	text, err := json.Marshal(v, v.Type())
	require.NoError(t, err)
	return string(text)
}

// TestValueCount: failed samples, and those of probes that measure nothing, have no value.
func TestValueCount(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	assert.Zero(t, s.Between(epoch(), epoch().Add(time.Minute)).ValueCount())
	for i := range 10 {
		p := at(time.Duration(i)*time.Second, time.Millisecond)
		if i < 3 {
			p.Value = number(float64(i))
		}
		s.Record(p)
	}
	s.Record(failed(10*time.Second, 2*time.Second, "refused"))
	counts := map[string]int64{}
	for name, from := range map[string]time.Duration{"all": 0, "the last two values": time.Second, "none": 3 * time.Second} {
		counts[name] = s.Between(epoch().Add(from), epoch().Add(time.Minute)).ValueCount()
	}
	assert.Equal(t, map[string]int64{"all": 3, "the last two values": 2, "none": 0}, counts)
	assert.Equal(t, int64(11), s.Between(epoch(), epoch().Add(time.Minute)).Count())
}
