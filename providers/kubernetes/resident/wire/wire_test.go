package wire_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

func TestRoundTrip(t *testing.T) {
	want := wire.Request{
		Version: wire.Version, Op: wire.Inject, ID: "01ABC",
		Fault: &wire.Fault{Engine: "packets", Deadline: time.Unix(1700000000, 5).UTC(), For: time.Minute, Spec: []byte(`{"loss":10}`)},
	}
	var text bytes.Buffer
	require.NoError(t, wire.Write(&text, want))
	got, err := wire.Read[wire.Request](&text)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got))
	require.NoError(t, got.Check())
}

func TestBadMessages(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"empty":     {"", "the message is missing"},
		"cut off":   {`{"op":`, "read a message"},
		"too large": {`{"id":"` + strings.Repeat("x", wire.MostBytes) + `"}`, "more than"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := wire.Read[wire.Request](strings.NewReader(tt.text))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		request wire.Request
		want    string
	}{
		"another version": {wire.Request{Version: 2, Op: wire.Status, ID: "a"}, "version 2"},
		"no id":           {wire.Request{Version: 1, Op: wire.Status}, "names no fault"},
		"no fault":        {wire.Request{Version: 1, Op: wire.Inject, ID: "a"}, "no fault to inject"},
		"unknown":         {wire.Request{Version: 1, Op: "explode", ID: "a"}, `unknown request "explode"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, tt.request.Check(), tt.want) })
	}
}

// FuzzRead: whatever comes, there is a message or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"version":1,"op":"inject","id":"a","fault":{"engine":"cpu","for":1,"spec":{}}}`))
	f.Add([]byte(`{"op":`))
	f.Fuzz(func(t *testing.T, text []byte) {
		request, err := wire.Read[wire.Request](bytes.NewReader(text))
		if err == nil && request.Check() == nil && request.Fault != nil {
			_ = request.Fault.Until(time.Now())
		}
	})
}
