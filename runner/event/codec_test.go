package event_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
)

func TestEncodeIsOneFlatObject(t *testing.T) {
	line, err := event.Encode(event.Event{
		Seq: 7, Time: time.Date(2026, 11, 22, 10, 0, 1, 500, time.UTC), Run: "r1",
		Body: event.FaultActive{
			Experiment: "experiment.a", Fault: "fault.b", ID: "x", Seconds: 0.25,
			Evidence: []providers.Fact{{Name: "connections_delayed", Text: "3 connections delayed", Value: 3}},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, `{"seq":7,"time":"2026-11-22T10:00:01.0000005Z","run":"r1","type":"fault_active",`+
		`"experiment":"experiment.a","fault":"fault.b","id":"x","seconds":0.25,`+
		`"evidence":[{"name":"connections_delayed","text":"3 connections delayed","value":3}]}`, string(line))
}

func TestEncodeDecodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := eventtest.Event().Draw(t, "event")
		line, err := event.Encode(want)
		require.NoError(t, err)
		assert.NotContains(t, string(line), "\n")
		got, err := event.Decode(line)
		require.NoError(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func TestNoBodyHidesTheHeader(t *testing.T) {
	seen := map[string]bool{}
	for _, body := range event.Bodies() {
		assert.False(t, seen[body.Kind()], "the kind %s is taken twice", body.Kind())
		seen[body.Kind()] = true
		kind := reflect.TypeOf(body)
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			assert.NotEmpty(t, name, "%s.%s has no name on the wire", kind.Name(), kind.Field(i).Name)
			assert.NotContains(t, []string{"seq", "time", "run", "type"}, name, "%s.%s", kind.Name(), kind.Field(i).Name)
		}
	}
}

func TestDecodeKeepsUnknownTypes(t *testing.T) {
	line := `{"seq":1,"time":"2026-11-22T10:00:00Z","run":"r","type":"alert_fired","a":[1,{"b":null}],"rule":"Slow"}`
	e, err := event.Decode([]byte(line))
	require.NoError(t, err)
	assert.Equal(t, "alert_fired", e.Body.Kind())
	again, err := event.Encode(e)
	require.NoError(t, err)
	assert.JSONEq(t, line, string(again))
}

func TestDecodeRefusesWhatIsNoEvent(t *testing.T) {
	for line, want := range map[string]string{
		``:                                   "unexpected end",
		`{"seq":1`:                           "unexpected end",
		`[]`:                                 "cannot unmarshal array",
		`{}`:                                 `expected an object with a "type"`,
		`{"type":"notice","text":3}`:         "decoding a notice event",
		`{"type":"notice","time":"tuesday"}`: "parsing time",
	} {
		_, err := event.Decode([]byte(line))
		assert.ErrorContains(t, err, want, line)
	}
}

func TestEncodeReplacesWhatJSONCannotHold(t *testing.T) {
	series := []event.ProbeStats{{Name: "probe.a", P99: math.Inf(1), SuccessRatio: math.NaN(), Count: 2}}
	line, err := event.Encode(event.Event{Body: event.Progress{Series: series, Remaining: 3}})
	require.NoError(t, err)
	e, err := event.Decode(line)
	require.NoError(t, err)
	assert.Equal(t, event.Progress{Series: []event.ProbeStats{{Name: "probe.a", Count: 2}}, Remaining: 3}, e.Body)
	assert.True(t, math.IsNaN(series[0].SuccessRatio), "the original was changed")
}

func TestEncodeRefusesAnEventWithoutBody(t *testing.T) {
	_, err := event.Encode(event.Event{Seq: 1})
	assert.ErrorContains(t, err, "no body")
}

func FuzzDecode(f *testing.F) {
	for _, name := range eventtest.Scenarios(f) {
		for _, e := range eventtest.Scenario(f, name) {
			line, err := event.Encode(e)
			require.NoError(f, err)
			f.Add(line)
		}
	}
	f.Add([]byte(`{"type":"x","seq":18446744073709551616}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := event.Decode(line)
		if err != nil {
			return
		}
		again, err := event.Encode(e)
		require.NoError(t, err, "what was decoded must encode")
		require.True(t, json.Valid(again), "%s", again)
		twice, err := event.Decode(again)
		require.NoError(t, err)
		require.Equal(t, e.Body.Kind(), twice.Body.Kind())
	})
}
