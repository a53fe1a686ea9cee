package convert_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// latin is what a program that knows nothing of UTF-8 writes, and mended what becomes of it.
const (
	latin  = "caf\xe9"
	mended = "caf\uFFFD"
)

// TestTextThatIsNoUTF8 can be sent all the same, and read but for the bytes that are none: a whole message hangs on it.
func TestTextThatIsNoUTF8(t *testing.T) {
	fields := cty.EmptyObject
	for name, there := range map[string]func(*testing.T) (want, got any){
		"sample": func(t *testing.T) (any, any) {
			t.Helper()
			on, err := convert.Sample(providers.Sample{Error: latin}, fields)
			require.NoError(t, err)
			return providers.Sample{Error: mended}, convert.SampleFrom(overTheWire(t, on, &wire.Sample{}), fields)
		},
		"timed sample": func(t *testing.T) (any, any) {
			t.Helper()
			on, err := convert.TimedSample(providers.TimedSample{Sample: providers.Sample{Error: latin}}, fields)
			require.NoError(t, err)
			return providers.TimedSample{Sample: providers.Sample{Error: mended}}, convert.TimedSampleFrom(overTheWire(t, on, &wire.TimedSample{}), fields)
		},
		"load sample": func(t *testing.T) (any, any) {
			t.Helper()
			return providers.LoadSample{Error: mended}, convert.LoadSampleFrom(overTheWire(t, convert.LoadSample(providers.LoadSample{Error: latin}), &wire.LoadSample{}))
		},
		"observation": func(t *testing.T) (any, any) {
			t.Helper()
			of := func(text string) providers.Observation {
				return providers.Observation{State: providers.Active, Detail: text, Evidence: []providers.Fact{{Name: text, Text: text, Unit: text}}}
			}
			got, err := convert.ObservationFrom(overTheWire(t, convert.Observation(of(latin), errors.New(latin)), &wire.Observation{}))
			require.EqualError(t, err, mended)
			return of(mended), got
		},
		"fault plan": func(t *testing.T) (any, any) {
			t.Helper()
			of := func(text string) providers.FaultPlan {
				return providers.FaultPlan{
					Effect: text, Unknown: text, Radius: []string{text}, Undo: text, Guard: text, Adds: []string{text},
					Permissions: []providers.Permission{{Action: text, Detail: text}},
				}
			}
			on, err := convert.FaultPlan(of(latin))
			require.NoError(t, err)
			return of(mended), convert.FaultPlanFrom(overTheWire(t, on, &wire.FaultPlan{}))
		},
		"environment plan": func(t *testing.T) (any, any) {
			t.Helper()
			of := func(text string) providers.EnvironmentPlan {
				return providers.EnvironmentPlan{Summary: text, Steps: []string{text}, Undo: text}
			}
			on, err := convert.EnvironmentPlan(of(latin))
			require.NoError(t, err)
			got, err := convert.EnvironmentPlanFrom(overTheWire(t, on, &wire.EnvironmentPlan{}))
			require.NoError(t, err)
			return of(mended), got
		},
		"orphans": func(t *testing.T) (any, any) {
			t.Helper()
			on, err := convert.Orphans([]providers.Orphan{{Error: latin, Kept: latin}})
			require.NoError(t, err)
			got := overTheWire(t, &wire.SweepEnvironmentResponse{Orphans: on}, &wire.SweepEnvironmentResponse{})
			return []providers.Orphan{{Error: mended, Kept: mended}}, convert.OrphansFrom(got.GetOrphans())
		},
		"diagnostics": func(t *testing.T) (any, any) {
			t.Helper()
			of := func(text string) providers.Diagnostics {
				return providers.Diagnostics{{Summary: text, Detail: text, Path: cty.GetAttrPath(text).IndexString(text)}}
			}
			got := overTheWire(t, &wire.ValidateResponse{Diagnostics: convert.Diagnostics(of(latin))}, &wire.ValidateResponse{})
			return of(mended), convert.DiagnosticsFrom(got.GetDiagnostics())
		},
		"access rules": func(t *testing.T) (any, any) {
			t.Helper()
			got := overTheWire(t, &wire.Type{Access: convert.AccessRules([]providers.AccessRule{{Why: latin}})}, &wire.Type{})
			return []providers.AccessRule{{Why: mended}}, convert.AccessRulesFrom(got.GetAccess())
		},
		"schema": func(t *testing.T) (any, any) {
			t.Helper()
			on, err := convert.Block(&schema.Block{Description: latin, Attributes: []schema.Attribute{{
				Name: "a", Type: schema.Type{Kind: schema.String}, Description: latin, Example: latin,
			}}})
			require.NoError(t, err)
			got := overTheWire(t, on, &wire.Block{})
			return []string{mended, mended, mended}, []string{got.GetDescription(), got.GetAttributes()[0].GetDescription(), got.GetAttributes()[0].GetExample()}
		},
		"texts": func(*testing.T) (any, any) { return []string{mended, "ok"}, convert.Texts([]string{latin, "ok"}) },
	} {
		t.Run(name, func(t *testing.T) {
			want, got := there(t)
			assert.Equal(t, want, got)
		})
	}
}

// TestIdentifiersThatAreNoUTF8 are refused, by name: with other characters they would be those of something else.
func TestIdentifiersThatAreNoUTF8(t *testing.T) {
	targets := func(of providers.Target) []providers.Target { return []providers.Target{{Kind: "k", Name: "n"}, of} }
	bad := targets(providers.Target{Name: latin})
	for want, err := range map[string]error{
		`record "x": target 1: kind`:           record(providers.Record{ID: "x", Targets: targets(providers.Target{Kind: latin})}),
		`record "x": target 1: name`:           record(providers.Record{ID: "x", Targets: bad}),
		`record "x": target 1: uid`:            record(providers.Record{ID: "x", Targets: targets(providers.Target{UID: latin})}),
		`record "x": target 1: owner`:          record(providers.Record{ID: "x", Targets: targets(providers.Target{Owner: latin})}),
		`record "caf\xe9": id`:                 record(providers.Record{ID: latin}),
		`record "x": run`:                      record(providers.Record{ID: "x", Run: latin}),
		`record "x": address`:                  record(providers.Record{ID: "x", Address: latin}),
		`record "x": type`:                     record(providers.Record{ID: "x", Type: latin}),
		"target 1: name":                       plan(providers.FaultPlan{Targets: bad}),
		"ends: target 1: name":                 plan(providers.FaultPlan{Ends: bad}),
		"namespaces":                           plan(providers.FaultPlan{Namespaces: []string{latin}}),
		"locks":                                plan(providers.FaultPlan{Locks: []string{latin}}),
		"counted: kinds":                       plan(providers.FaultPlan{Counted: providers.Scope{Kinds: []string{latin}}}),
		"counted: namespaces":                  plan(providers.FaultPlan{Counted: providers.Scope{Kinds: []string{"k"}, Namespaces: []string{latin}}}),
		`handle of the environment "": run`:    state(providers.EnvironmentState{Handle: providers.EnvironmentHandle{Run: latin}}),
		"environment: address":                 state(providers.EnvironmentState{Address: latin}),
		"environment: type":                    state(providers.EnvironmentState{Type: latin}),
		`environment "": inventory: target 1`:  state(providers.EnvironmentState{Inventory: bad}),
		`environment "": labels 0: target`:     state(labelled(latin, "key", "value")),
		`environment "": labels 0: key of a`:   state(labelled("target", latin, "value")),
		`environment "": labels 0: label key:`: state(labelled("target", "key", latin)),
		"inventory: target 1: name":            environmentPlan(providers.EnvironmentPlan{Inventory: bad}),
		"orphan 0: run":                        orphan(providers.Orphan{Run: latin}),
		"orphan 0: id":                         orphan(providers.Orphan{ID: latin}),
		"orphan 0: address":                    orphan(providers.Orphan{Address: latin}),
		"orphan 0: type":                       orphan(providers.Orphan{Type: latin}),
		"orphan 0: target 1: name":             orphan(providers.Orphan{Targets: bad}),
	} {
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `expected valid UTF-8, found "caf\xe9"`, want)
	}
}

func record(r providers.Record) error {
	_, err := convert.Record(r)
	return err
}

func plan(p providers.FaultPlan) error {
	_, err := convert.FaultPlan(p)
	return err
}

func state(s providers.EnvironmentState) error {
	_, err := convert.State(s)
	return err
}

func environmentPlan(p providers.EnvironmentPlan) error {
	_, err := convert.EnvironmentPlan(p)
	return err
}

func orphan(o providers.Orphan) error {
	_, err := convert.Orphans([]providers.Orphan{o})
	return err
}

func labelled(target, key, value string) providers.EnvironmentState {
	return providers.EnvironmentState{Labels: []providers.Labels{{Target: target, Labels: map[string]string{key: value}}}}
}
