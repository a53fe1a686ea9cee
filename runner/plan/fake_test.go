package plan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// fakeProvider offers one type of each kind that plans need. Its faults choose
// among the things of its environments.
type fakeProvider struct{ version string }

func (p fakeProvider) Metadata() providers.Metadata {
	return providers.Metadata{Name: "fake", Version: p.version, Description: "For tests."}
}

func (fakeProvider) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{fakeEnvironment{}},
		Faults:       []providers.Fault{fakeFault{}},
		Probes:       []providers.Probe{fakeProbe{}},
		Loads:        []providers.Load{fakeLoad{}},
		Actions:      []providers.Action{fakeAction{}},
	}
}

var errUnused = errors.New("plans do not call this")

// fakeEnvironment is a room of things; its context is known before it is up.
type fakeEnvironment struct{}

func (fakeEnvironment) TypeName() string { return "fake" }

func (fakeEnvironment) Schema() *schema.Block {
	return &schema.Block{Attributes: []schema.Attribute{
		{Name: "things", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}},
		{Name: "context", Type: schema.Type{Kind: schema.String}},
		{Name: "note", Type: schema.Type{Kind: schema.String}},
	}}
}

func (fakeEnvironment) Plan(_ context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	p := providers.EnvironmentPlan{
		Summary: "a room " + req.Config.String("note"), Undo: "is left",
		Outputs: cty.ObjectVal(map[string]cty.Value{
			"context": cty.StringVal(req.Config.String("context")),
			"port":    cty.UnknownVal(cty.Number),
		}),
	}
	if note := req.Config.String("note"); note != "" {
		p.Steps = []string{fmt.Sprintf("note %q", note)}
	}
	for _, name := range req.Config.Strings("things") {
		p.Inventory = append(p.Inventory, providers.Target{Kind: "thing", Name: name})
		p.Labels = append(p.Labels, providers.Labels{Target: "thing/" + name, Labels: map[string]string{"name": name}})
	}
	return p, nil
}

func (fakeEnvironment) Prepare(context.Context, providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	return providers.EnvironmentHandle{}, providers.Errorf(nil, "unused", "unused")
}

func (fakeEnvironment) Up(context.Context, providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	return providers.EnvironmentState{}, providers.Errorf(nil, "unused", "unused")
}
func (fakeEnvironment) Down(context.Context, providers.EnvironmentHandle) error { return errUnused }
func (fakeEnvironment) Leftovers(context.Context, providers.EnvironmentHandle) ([]string, error) {
	return nil, errUnused
}

// fakeFault says what its attributes tell it to, and lists targets in an order
// of its own.
type fakeFault struct{}

func (fakeFault) TypeName() string { return "fake_break" }

func (fakeFault) Schema() *schema.Block {
	text := schema.Type{Kind: schema.String}
	return &schema.Block{Attributes: []schema.Attribute{
		{Name: "things", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}},
		{Name: "how", Type: text},
		{Name: "warn", Type: text},
		{Name: "fail", Type: text},
		{Name: "lacks", Type: text},
		{Name: "lock", Type: text},
		{Name: "port", Type: schema.Type{Kind: schema.Numeric}},
	}}
}

func (fakeFault) Plan(_ context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	runtime.Gosched() // let others answer first
	config := req.Config
	plan := providers.FaultPlan{
		Effect: "breaks " + config.String("how") + " for " + req.Duration.String(),
		Undo:   "mends", Guard: "glue", Population: len(req.Environment.Inventory),
	}
	chosen := map[string]bool{}
	for _, name := range config.Strings("things") {
		chosen[name] = true
	}
	for name := range maps.Keys(chosen) { // in no order
		plan.Targets = append(plan.Targets, providers.Target{Kind: "thing", Name: name})
	}
	plan.Eligible = len(plan.Targets)
	if len(chosen) == 0 && !req.Environment.Up {
		plan.Unknown = "things are chosen by the seed"
	}
	if lock := config.String("lock"); lock != "" {
		plan.Locks = []string{lock}
	}
	if lacks := config.String("lacks"); lacks != "" {
		plan.Permissions = []providers.Permission{{Action: lacks}}
	}
	return plan, said(config)
}

func said(config schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	if text := config.String("warn"); text != "" {
		diags = append(diags, providers.Warningf(cty.GetAttrPath("warn"), "Careful", "%s", text)...)
	}
	if text := config.String("fail"); text != "" {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("fail"), "Impossible", "%s", text)...)
	}
	return diags
}

func (fakeFault) Prepare(context.Context, providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	return providers.Record{}, providers.Errorf(nil, "unused", "unused")
}
func (fakeFault) Inject(context.Context, providers.InjectRequest) error { return errUnused }
func (fakeFault) Observe(context.Context, providers.Record) (providers.Observation, error) {
	return providers.Observation{}, errUnused
}
func (fakeFault) Revert(context.Context, providers.Record) error { return errUnused }

type fakeProbe struct{}

func (fakeProbe) TypeName() string { return "fake" }
func (fakeProbe) Schema() *schema.Block {
	return &schema.Block{Attributes: []schema.Attribute{{Name: "what", Type: schema.Type{Kind: schema.String}}}}
}
func (fakeProbe) Summary(v schema.Values) string { return v.String("what") }
func (fakeProbe) SampleType() cty.Type           { return cty.EmptyObject }
func (fakeProbe) Open(context.Context, providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	return nil, providers.Errorf(nil, "unused", "unused")
}

type fakeLoad struct{}

func (fakeLoad) TypeName() string      { return "fake" }
func (fakeLoad) Schema() *schema.Block { return &schema.Block{} }
func (fakeLoad) Open(context.Context, providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	return nil, providers.Errorf(nil, "unused", "unused")
}

type fakeAction struct{}

func (fakeAction) TypeName() string      { return "fake" }
func (fakeAction) Schema() *schema.Block { return &schema.Block{} }
func (fakeAction) Run(context.Context, providers.ActionRequest) (providers.ActionResult, error) {
	return providers.ActionResult{}, errUnused
}

// manyExperiments is a configuration of n experiments, each with a probe, an
// assertion and a fault.
func manyExperiments(n int) string {
	things := make([]string, 0, 20)
	for i := range 20 {
		things = append(things, fmt.Sprintf("%q", fmt.Sprintf("t%02d", i)))
	}
	var text strings.Builder
	fmt.Fprintf(&text, "environment \"fake\" \"room\" {\n  things = [%s]\n}\n", strings.Join(things, ", "))
	for i := range n {
		fmt.Fprintf(&text, experimentText, i, fmt.Sprintf("t%02d", i%20))
	}
	return text.String()
}

const experimentText = `
experiment "e%04d" {
  environment = environment.room
  steady_state {
    baseline = "3s"
    probe "fake" "p" {
      interval = "100ms"
    }
    assert "a" {
      condition = probe.p.success_ratio >= 0.99
    }
  }
  fault "fake_break" "f" {
    things   = ["%s"]
    duration = "5s"
  }
}
`
