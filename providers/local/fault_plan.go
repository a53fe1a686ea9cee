package local

import (
	"context"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// guard is what ends every fault of this provider when gameday is killed.
const guard = "the supervisor, as soon as gameday is gone and at the deadline in any case; the kernel, if the supervisor is killed too"

// Plan chooses the targets and says what would happen to them.
func (f fault) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	diags := f.validate(req.Config)
	diags = append(diags, f.needsEnvironment(req.Environment)...)
	if diags.HasErrors() {
		return providers.FaultPlan{}, diags
	}
	chosen, failed := f.chooseTargets(req)
	diags = append(diags, failed...)
	if diags.HasErrors() {
		return providers.FaultPlan{}, diags
	}
	plan := providers.FaultPlan{
		Targets: chosen.targets, Eligible: chosen.eligible, Population: chosen.population,
		Counted: providers.Scope{Kinds: []string{f.kind()}}, Unknown: chosen.unknown, Guard: guard,
	}
	if req.Environment.Up {
		diags = append(diags, refresh(ctx, req.Environment, plan.Targets)...)
	}
	if plan.Unknown == "" && f.kind() != kindMachine {
		plan.Radius = radius(f.kind(), chosen)
	}
	diags = append(diags, f.plan(req.Config, &plan)...)
	if unknown := unknownAttributes(f.schema(), req.Config); len(unknown) > 0 {
		plan.Effect = roughly(f.schema(), unknown)
	}
	return plan, diags
}

// unknownAttributes are those whose values cannot be told yet. Those of the
// target block say which targets there are, not what happens to them.
func unknownAttributes(block *schema.Block, values schema.Values) []string {
	var names []string
	for _, a := range block.Attributes {
		if !values.Attr(a.Name).IsWhollyKnown() {
			names = append(names, a.Name)
		}
	}
	return names
}

// roughly is the effect of a fault whose numbers are not known yet.
func roughly(block *schema.Block, unknown []string) string {
	what, _, _ := strings.Cut(strings.TrimSuffix(block.Description, "."), ". ")
	are := " is"
	if len(unknown) > 1 {
		are = " are"
	}
	return strings.ToLower(what[:1]) + what[1:] + " (" + strings.Join(unknown, ", ") + are + " known only when the run is applied)"
}

// needsEnvironment refuses experiments whose environment is not ours: the
// supervisor of a local environment is what undoes these faults.
func (f fault) needsEnvironment(env providers.EnvironmentState) providers.Diagnostics {
	switch env.Type {
	case typeName:
		return nil
	case "":
		return providers.Errorf(nil, "No local environment",
			"%s needs an environment of type local, whose supervisor undoes it even when gameday is killed. Declare one (environment \"local\" \"machine\" {} is enough for faults on the machine) and name it in the experiment.", f.typeName())
	default:
		return providers.Errorf(nil, "No local environment",
			"%s acts on an environment of type local, and %s is of type %s.", f.typeName(), env.Address, env.Type)
	}
}

func (f fault) chooseTargets(req providers.FaultPlanRequest) (selection, providers.Diagnostics) {
	if f.kind() == kindMachine {
		return selection{targets: []providers.Target{machine()}, eligible: 1, population: 1}, nil
	}
	return choose(f.kind(), req.Config.Block("target"), req.Environment, req.Seed)
}

// refresh replaces the UIDs of processes that were restarted since the
// environment came up.
func refresh(ctx context.Context, env providers.EnvironmentState, targets []providers.Target) providers.Diagnostics {
	h, err := readHandle(env.Handle)
	if err != nil {
		return providers.Errorf(nil, "Invalid environment handle", "%s.", err)
	}
	client := supervisor.NewClient(h.Socket)
	defer client.Close()
	status, err := client.Status(ctx)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the environment", "%s.", err)
	}
	for i, t := range targets {
		running, found := status.Process(t.Name)
		if t.Kind != kindProcess {
			continue
		}
		if !found || !running.Running {
			return providers.Errorf(nil, "Process is not running",
				"Process %s of %s is not running (%s), so nothing can be done to it. Its log is %s.", t.Name, env.Address, running.Exit, running.Log)
		}
		targets[i].UID = running.Identity.String()
	}
	return nil
}

func radius(kind string, s selection) []string {
	names := make([]string, len(s.targets))
	for i, t := range s.targets {
		names[i] = t.Name
	}
	all := kind
	if s.population != 1 {
		all = plural(kind)
	}
	return []string{fmt.Sprintf("%d of %d %s: %s", len(s.targets), s.population, all, strings.Join(names, ", "))}
}

// Prepare makes the undo. It reads which start of each process is current, and
// changes nothing.
func (f fault) Prepare(ctx context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	if err := supervisor.Supported(); err != nil {
		return providers.Record{}, unsupported(err)
	}
	diags := append(f.validate(req.Config), f.needsEnvironment(req.Environment)...)
	if diags.HasErrors() {
		return providers.Record{}, diags
	}
	h, err := readHandle(req.Environment.Handle)
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Invalid environment handle", "%s.", err)
	}
	targets := append([]providers.Target(nil), req.Plan.Targets...)
	if failed := refresh(ctx, req.Environment, targets); failed.HasErrors() {
		return providers.Record{}, failed
	}
	u := undo{Environment: h.Environment, Socket: h.Socket, Seed: req.Seed}
	if err := f.remember(req.Config, &u); err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot prepare the fault", "%s.", err)
	}
	data, err := u.encode()
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot make the record", "%s.", err)
	}
	return providers.Record{
		ID: req.ID, Run: req.Run, Address: req.Address, Type: f.typeName(), Version: recordVersion,
		Targets: targets, Deadline: req.Deadline, Undo: data,
	}, nil
}

// noChecks is a behavior whose schema says all.
type noChecks struct{}

func (noChecks) validate(schema.Values) providers.Diagnostics { return nil }
