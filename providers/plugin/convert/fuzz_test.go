package convert_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
	"google.golang.org/protobuf/proto"

	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// FuzzMessages: whatever a peer sends is read, or is an error.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{})
	for _, m := range []proto.Message{
		&wire.Record{Id: "x", Undo: []byte("{}")}, &wire.EnvironmentState{Outputs: []byte{0x92, 0xc4, 0x08, '"', 's', 't', 'r', 'i', 'n', 'g', '"', 0xa1, 'x'}},
		&wire.Block{Attributes: []*wire.Attribute{{Name: "a", Kind: "string", Default: []byte{0xa1, 'x'}}}},
	} {
		data, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		read(data, &wire.Record{}, func(m *wire.Record) { _, _ = convert.RecordFrom(m) })
		read(data, &wire.FaultPlan{}, func(m *wire.FaultPlan) { convert.FaultPlanFrom(m) })
		read(data, &wire.Observation{}, func(m *wire.Observation) { _, _ = convert.ObservationFrom(m) })
		read(data, &wire.EnvironmentState{}, func(m *wire.EnvironmentState) { _, _ = convert.StateFrom(m) })
		read(data, &wire.EnvironmentPlan{}, func(m *wire.EnvironmentPlan) { _, _ = convert.EnvironmentPlanFrom(m) })
		read(data, &wire.PlanFaultResponse{}, func(m *wire.PlanFaultResponse) { convert.DiagnosticsFrom(m.GetDiagnostics()) })
		read(data, &wire.SweepEnvironmentResponse{}, func(m *wire.SweepEnvironmentResponse) { convert.OrphansFrom(m.GetOrphans()) })
		read(data, &wire.TimedSample{}, func(m *wire.TimedSample) { convert.TimedSampleFrom(m, cty.EmptyObject) })
		read(data, &wire.Block{}, func(m *wire.Block) { _, _ = convert.BlockFrom(m) })
	})
}

func read[M proto.Message](data []byte, into M, use func(M)) {
	if proto.Unmarshal(data, into) == nil {
		use(into)
	}
}

// FuzzValues: whatever is not a value of the type is an error.
func FuzzValues(f *testing.F) {
	block := &schema.Block{
		Attributes: []schema.Attribute{{Name: "a", Type: schema.Type{Kind: schema.Numeric, Of: schema.ListOf}}, {Name: "any", Type: schema.Type{Kind: schema.Any}}},
		Blocks:     []schema.NestedBlock{{Name: "b", Nesting: schema.Map, Block: &schema.Block{}}},
	}
	data, err := convert.Config(block, schema.NewValues(cty.ObjectVal(map[string]cty.Value{
		"a": cty.ListVal([]cty.Value{cty.NumberFloatVal(1.5)}), "any": cty.StringVal("x"), "b": cty.ObjectVal(map[string]cty.Value{"l": cty.EmptyObjectVal}),
	})))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{0x92, 0xc4, 0x01, '{'})
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = convert.Values(block, data)
		_, _ = convert.FromDynamic(data)
		_, _ = convert.TypeFrom(data)
	})
}
