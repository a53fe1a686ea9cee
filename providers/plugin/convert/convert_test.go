package convert_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/providers/schema"
)

// sameValues compares cty values.
func sameValues() cmp.Option {
	return cmp.Comparer(func(a, b cty.Value) bool {
		return a == cty.NilVal && b == cty.NilVal || a != cty.NilVal && b != cty.NilVal && a.RawEquals(b)
	})
}

// overTheWire sends a message there and back.
func overTheWire[M proto.Message](t require.TestingT, message, empty M) M {
	data, err := proto.Marshal(message)
	require.NoError(t, err)
	require.NoError(t, proto.Unmarshal(data, empty))
	return empty
}

// TestEverySchema of the built-in providers is the same on the other side.
func TestEverySchema(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	for _, kind := range providers.Kinds() {
		for _, name := range set.Names(kind) {
			block := set.Type(kind, name).Schema()
			on, err := convert.Block(block)
			require.NoError(t, err)
			back, err := convert.BlockFrom(overTheWire(t, on, &wire.Block{}))
			require.NoError(t, err, "%s %s", kind, name)
			assert.Empty(t, cmp.Diff(block, back, sameValues()), "%s %s", kind, name)
		}
	}
}

// TestConfigurations: known, unknown and missing values of every type are the same on the other side.
func TestConfigurations(t *testing.T) {
	block := &schema.Block{
		Description: "All.",
		Attributes: []schema.Attribute{
			{Name: "s", Type: schema.Type{Kind: schema.String}},
			{Name: "n", Type: schema.Type{Kind: schema.Numeric, Of: schema.ListOf}},
			{Name: "m", Type: schema.Type{Kind: schema.Bool, Of: schema.MapOf}},
			{Name: "any", Type: schema.Type{Kind: schema.Any}},
		},
		Blocks: []schema.NestedBlock{{Name: "b", Nesting: schema.List, Block: &schema.Block{Attributes: []schema.Attribute{{Name: "d", Type: schema.Type{Kind: schema.Duration}}}}}},
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 8, -1)
		some := func(label string, of cty.Type, known func() cty.Value) cty.Value {
			switch rapid.IntRange(0, 4).Draw(t, label) {
			case 0:
				return cty.NullVal(of)
			case 1:
				return cty.UnknownVal(of)
			default:
				return known()
			}
		}
		str := func() cty.Value { return cty.StringVal(text.Draw(t, "text")) }
		inner := cty.Object(map[string]cty.Type{"d": cty.String})
		var rooms []cty.Value
		for range rapid.IntRange(0, 3).Draw(t, "blocks") {
			rooms = append(rooms, cty.ObjectVal(map[string]cty.Value{"d": some("d", cty.String, str)}))
		}
		value := cty.ObjectVal(map[string]cty.Value{
			"s": some("s", cty.String, str).Mark("secret"),
			"n": some("n", cty.List(cty.Number), func() cty.Value {
				return cty.ListVal([]cty.Value{cty.NumberFloatVal(rapid.Float64Range(-1e9, 1e9).Draw(t, "number")), cty.UnknownVal(cty.Number)})
			}),
			"m":   some("m", cty.Map(cty.Bool), func() cty.Value { return cty.MapVal(map[string]cty.Value{text.Draw(t, "key"): cty.True}) }),
			"any": some("any", cty.DynamicPseudoType, func() cty.Value { return cty.TupleVal([]cty.Value{str(), cty.EmptyObjectVal}) }),
			"b":   some("b", cty.Tuple([]cty.Type{inner}), func() cty.Value { return cty.TupleVal(rooms) }),
		})
		data, err := convert.Config(block, schema.NewValues(value))
		require.NoError(t, err)
		back, err := convert.Values(block, data)
		require.NoError(t, err)
		plain, _ := value.UnmarkDeep()
		require.True(t, back.Cty().RawEquals(plain), "%#v\n%#v", plain, back.Cty())
	})
}

// text is any.
func text() *rapid.Generator[string] { return rapid.StringN(0, 6, -1) }

func targets() *rapid.Generator[[]providers.Target] {
	return rapid.Custom(func(t *rapid.T) []providers.Target {
		var all []providers.Target
		for range rapid.IntRange(0, 3).Draw(t, "targets") {
			all = append(all, providers.Target{Kind: text().Draw(t, "kind"), Name: text().Draw(t, "name"), UID: text().Draw(t, "uid"), Owner: text().Draw(t, "owner")})
		}
		return all
	})
}

// TestRecords and plans, for they are what an undo and an approval hang on.
func TestRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record := providers.Record{
			ID: "id" + text().Draw(t, "id"), Run: text().Draw(t, "run"), Address: text().Draw(t, "address"), Type: text().Draw(t, "type"),
			Version: rapid.IntRange(0, 1e6).Draw(t, "version"), Targets: targets().Draw(t, "of"),
			Deadline: time.Unix(0, rapid.Int64Range(1, 1e18).Draw(t, "deadline")).UTC(), Undo: []byte(`{"a":[1]}`),
		}
		on, err := convert.Record(record)
		require.NoError(t, err)
		back, err := convert.RecordFrom(overTheWire(t, on, &wire.Record{}))
		require.NoError(t, err)
		require.Equal(t, record, back)
		plan := providers.FaultPlan{
			Effect: text().Draw(t, "effect"), Targets: targets().Draw(t, "hit"), Eligible: rapid.IntRange(0, 9).Draw(t, "eligible"), Population: 9, Dynamic: rapid.Bool().Draw(t, "dynamic"),
			Unknown: text().Draw(t, "unknown"), Radius: []string{text().Draw(t, "radius")}, Undo: "u", Guard: "g",
			Permissions: []providers.Permission{{Action: text().Draw(t, "action"), Held: rapid.Bool().Draw(t, "held"), Detail: "d"}}, Namespaces: []string{"n"}, Locks: []string{"l"},
			Counted: rapid.SampledFrom([]providers.Scope{{}, {Kinds: []string{"k"}}, {Kinds: []string{"k", "l"}, Namespaces: []string{"n", "m"}}}).Draw(t, "counted"),
			Ends:    targets().Draw(t, "ends"), AtEnds: rapid.Bool().Draw(t, "at"), EndsPopulation: rapid.IntRange(0, 9).Draw(t, "beside"),
		}
		planned, err := convert.FaultPlan(plan)
		require.NoError(t, err)
		require.Equal(t, plan, convert.FaultPlanFrom(overTheWire(t, planned, &wire.FaultPlan{})))
	})
}

func TestDiagnosticPaths(t *testing.T) {
	diags := providers.Diagnostics{
		{Severity: providers.Warning, Summary: "s", Detail: "d", Path: cty.GetAttrPath("to").IndexInt(2).GetAttr("labels").IndexString("app")},
		{Summary: "whole"},
	}
	assert.Equal(t, diags, convert.DiagnosticsFrom(convert.Diagnostics(diags)))
	assert.Equal(t, cty.GetAttrPath("a"), convert.DiagnosticsFrom([]*wire.Diagnostic{{Path: []*wire.Step{
		{Step: &wire.Step_Attribute{Attribute: "a"}}, {}, {Step: &wire.Step_Attribute{Attribute: "b"}},
	}}})[0].Path, "of a later version, what is known")
}

func TestObservations(t *testing.T) {
	for _, state := range []providers.State{providers.Absent, providers.Partial, providers.Active, providers.Unknown} {
		seen := providers.Observation{State: state, Detail: "d", Settling: state == providers.Partial, Evidence: []providers.Fact{{Name: "n", Text: "t", Value: 1.5, Unit: "s"}}}
		back, err := convert.ObservationFrom(convert.Observation(seen, nil))
		require.NoError(t, err)
		assert.Equal(t, seen, back)
	}
	_, err := convert.ObservationFrom(convert.Observation(providers.Observation{}, assert.AnError))
	require.EqualError(t, err, assert.AnError.Error())
}

func TestEnvironments(t *testing.T) {
	state := providers.EnvironmentState{
		Address: "environment.e", Type: "t", Up: true, Handle: providers.EnvironmentHandle{Run: "r", Address: "environment.e", Type: "t", Data: []byte(`{}`)},
		Inventory: []providers.Target{{Kind: "k", Name: "n"}}, Labels: []providers.Labels{{Target: "k/n", Labels: map[string]string{"a": "b"}}},
		Outputs: cty.ObjectVal(map[string]cty.Value{"port": cty.NumberIntVal(1), "later": cty.UnknownVal(cty.String)}),
	}
	on, err := convert.State(state)
	require.NoError(t, err)
	back, err := convert.StateFrom(overTheWire(t, on, &wire.EnvironmentState{}))
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(state, back, sameValues()))
}

// TestWhatCannotBeRead is an error that says what was expected.
func TestWhatCannotBeRead(t *testing.T) {
	_, err := convert.RecordFrom(&wire.Record{Id: "x", Undo: []byte("{")})
	require.ErrorContains(t, err, "expected JSON")
	_, err = convert.RecordFrom(nil)
	require.ErrorContains(t, err, "has no id")
	_, err = convert.TypeFrom([]byte("string"))
	require.ErrorContains(t, err, "expected a cty type in JSON")
	_, err = convert.FromDynamic([]byte{0xc1})
	require.ErrorContains(t, err, "expected a dynamic in MessagePack")
	_, err = convert.BlockFrom(&wire.Block{Attributes: []*wire.Attribute{{Name: "a", Kind: "colour", Description: "D."}}})
	require.ErrorContains(t, err, `there is no type "colour"`)
	deep := &wire.Block{}
	for range 100 {
		deep = &wire.Block{Blocks: []*wire.NestedBlock{{Name: "b", Block: deep}}}
	}
	_, err = convert.BlockFrom(deep)
	require.ErrorContains(t, err, "at most 16 blocks")
	assert.True(t, convert.SampleFrom(&wire.Sample{Ok: true, Fields: []byte{0xc1}}, cty.EmptyObject).Lost)
	assert.True(t, convert.SampleFrom(nil, cty.EmptyObject).Lost)
}
