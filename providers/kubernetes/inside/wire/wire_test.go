package wire_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

func TestFramesComeOutAsTheyWentIn(t *testing.T) {
	value, ended := 1.5, "told to"
	all := []wire.Message{
		{Hello: &wire.Hello{Version: wire.Version, Instance: "a", Got: map[string]uint64{"1": 7}}},
		{Open: &wire.Open{ID: "1", Kind: "probe", Type: "http", Config: json.RawMessage(`{"value":{},"type":["object",{}]}`), Files: map[string][]byte{"0.pem": {0, 255}}, Timeout: time.Second}},
		{Delivery: &wire.Delivery{ID: "1", Seq: 3, Complete: time.Minute, Ended: &ended, Samples: []wire.Sample{
			{Due: time.Second, Took: time.Millisecond, OK: true, Value: &value, Fields: map[string]json.RawMessage{"body": json.RawMessage(`"two\nlines"`)}},
		}}},
		{Pong: &wire.Pong{N: 1, Now: time.Hour}},
	}
	var stream bytes.Buffer
	writer := wire.NewWriter(&stream)
	for _, m := range all {
		require.NoError(t, writer.Write(m))
	}
	assert.Equal(t, len(all), strings.Count(stream.String(), "\n"), "one line a frame")
	reader := wire.NewReader(&stream)
	for _, want := range all {
		got, err := reader.Read()
		require.NoError(t, err)
		assert.Empty(t, cmp.Diff(want, got))
	}
	_, err := reader.Read()
	assert.ErrorIs(t, err, io.EOF)
}

func TestWhatIsNoFrameIsAnError(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"cut off":  {`{"ping":{"n":1}`, "unexpected EOF"},
		"no JSON":  {"GET / HTTP/1.1\r\n", "read a frame"},
		"too long": {strings.Repeat("x", wire.MaxFrame+1) + "\n", "no prober of gameday"},
		"empty":    {"\n\n", "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := wire.NewReader(strings.NewReader(test.text)).Read()
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestAFrameThatIsTooLongIsNotSent(t *testing.T) {
	var stream bytes.Buffer
	err := wire.NewWriter(&stream).Write(wire.Message{Open: &wire.Open{Address: strings.Repeat("x", wire.MaxFrame)}})
	require.Error(t, err)
	assert.Zero(t, stream.Len())
}

// FuzzReader holds for any bytes: no panic, an end, and what was read can be
// written and read again.
func FuzzReader(f *testing.F) {
	f.Add([]byte(`{"ping":{"n":1}}` + "\n"))
	f.Add([]byte(`{"delivery":{"id":"1","seq":18446744073709551615,"complete":-1,"samples":[{"due":1,"fields":{"a":null},"same":["b"]}]}}` + "\n"))
	f.Add([]byte("{}\n\n{\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reader := wire.NewReader(bytes.NewReader(data))
		var thick wire.Thickener
		for range len(data) + 1 {
			m, err := reader.Read()
			if err != nil {
				return
			}
			if m.Delivery != nil {
				for _, s := range m.Delivery.Samples {
					full, _ := thick.Thicken(s)
					_, _ = wire.DecodeFields(full.Fields, fieldType())
				}
			}
			var again bytes.Buffer
			require.NoError(t, wire.NewWriter(&again).Write(m))
			_, err = wire.NewReader(&again).Read()
			require.NoError(t, err)
		}
		t.Fatal("there are more frames than bytes")
	})
}

func fieldType() cty.Type {
	return cty.Object(map[string]cty.Type{"status": cty.Number, "headers": cty.Map(cty.String), "json": cty.DynamicPseudoType})
}

// TestThinSamplesAreWhole holds for any samples: what is left out is put back.
func TestThinSamplesAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var thin wire.Thinner
		var thick wire.Thickener
		for range rapid.IntRange(1, 20).Draw(t, "samples") {
			want := wire.Sample{}
			if rapid.Bool().Draw(t, "answered") {
				want.Fields = map[string]json.RawMessage{}
				for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), func(s string) string { return s }).Draw(t, "names") {
					want.Fields[name] = json.RawMessage(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value"))
				}
			}
			sent := thin.Thin(want)
			text, err := json.Marshal(sent)
			require.NoError(t, err)
			var arrived wire.Sample
			require.NoError(t, json.Unmarshal(text, &arrived))
			got, whole := thick.Thicken(arrived)
			require.True(t, whole)
			require.Len(t, got.Fields, len(want.Fields))
			for name, value := range want.Fields {
				require.JSONEq(t, string(value), string(got.Fields[name]))
			}
		}
	})
}

func TestFieldsKeepTheirTypes(t *testing.T) {
	fields := cty.ObjectVal(map[string]cty.Value{
		"status": cty.NumberIntVal(200), "headers": cty.MapVal(map[string]cty.Value{"date": cty.StringVal("now")}),
		"json": cty.ObjectVal(map[string]cty.Value{"up": cty.True, "queue": cty.TupleVal([]cty.Value{cty.Zero})}),
	})
	got, err := wire.DecodeFields(wire.EncodeFields(fields, fieldType()), fieldType())
	require.NoError(t, err)
	assert.True(t, got.RawEquals(fields), "%#v", got)

	none, err := wire.DecodeFields(wire.EncodeFields(cty.NilVal, fieldType()), fieldType())
	require.NoError(t, err)
	assert.Equal(t, cty.NilVal, none)

	huge := cty.ObjectVal(map[string]cty.Value{
		"status": cty.NumberIntVal(200), "headers": cty.MapValEmpty(cty.String), "json": cty.StringVal(strings.Repeat("x", 2<<20)),
	})
	got, err = wire.DecodeFields(wire.EncodeFields(huge, fieldType()), fieldType())
	require.NoError(t, err)
	assert.True(t, got.GetAttr("json").IsNull(), "what no frame could hold is left out")
	assert.False(t, got.GetAttr("status").IsNull())
}
