package config

import "github.com/hashicorp/hcl/v2"

// experimentDecoder reads the blocks of one experiment, whose names are its own.
type experimentDecoder struct {
	*loader
	experiment *Experiment
	names      scope
	misplaced  bool // the steady state, or parts of it, were written and not found
}

func experimentSchema() *hcl.BodySchema {
	return bodySchema(
		[]string{"description", "environment", "labels", "weight", "seed", "depends_on"},
		blockSchema("load", "type", "name"),
		blockSchema("steady_state"),
		blockSchema("fault", "type", "name"),
		blockSchema("stop_condition", "name"),
		blockSchema("rollback"),
	)
}

func (l *loader) experiment(block *hcl.Block, name string) *Experiment {
	reported := len(l.diags)
	content := l.content(block, experimentSchema())
	e := &Experiment{
		Name:        name,
		Description: argument(content, "description"),
		Environment: argument(content, "environment"),
		Labels:      argument(content, "labels"),
		Weight:      argument(content, "weight"),
		Seed:        argument(content, "seed"),
		DependsOn:   l.dependsOn(content),
		Loads:       map[string]*Load{},
		Faults:      map[string]*Fault{},
		Stops:       map[string]*StopCondition{},
		DeclRange:   block.DefRange,
		BodyRange:   bodyRange(block),
	}
	d := experimentDecoder{loader: l, experiment: e, names: scope{}, misplaced: l.mentioned(reported, "steady_state")}
	d.blocks(content.Blocks)
	return e
}

func (d *experimentDecoder) blocks(blocks hcl.Blocks) {
	d.steadyState(d.single(blocks, "steady_state"))
	if block := d.single(blocks, "rollback"); block != nil {
		d.experiment.Rollback = d.rollback(block)
	}
	for _, block := range blocks {
		switch block.Type {
		case "load":
			d.load(block)
		case "fault":
			d.fault(block)
		case "stop_condition":
			d.stop(block)
		}
	}
}

func (d *experimentDecoder) load(block *hcl.Block) {
	content, rest := d.partial(block, bodySchema(MetaArguments("load")))
	name, at := label(block)
	if !d.declare(d.names, "load", name, at) {
		return
	}
	d.experiment.Loads[name] = &Load{
		Type:      block.Labels[0],
		Name:      name,
		Timeout:   argument(content, "timeout"),
		From:      argument(content, "from"),
		ForEach:   argument(content, "for_each"),
		Body:      rest,
		DeclRange: block.DefRange,
		TypeRange: block.LabelRanges[0],
	}
}

func (d *experimentDecoder) fault(block *hcl.Block) {
	content, rest := d.partial(block, bodySchema(MetaArguments("fault")))
	name, at := label(block)
	dependsOn := d.dependsOn(content)
	if !d.declare(d.names, "fault", name, at) {
		return
	}
	d.experiment.Faults[name] = &Fault{
		Type:      block.Labels[0],
		Name:      name,
		Delay:     argument(content, "delay"),
		Duration:  argument(content, "duration"),
		Seed:      argument(content, "seed"),
		ForEach:   argument(content, "for_each"),
		DependsOn: dependsOn,
		Body:      rest,
		DeclRange: block.DefRange,
		TypeRange: block.LabelRanges[0],
	}
}

func (d *experimentDecoder) stop(block *hcl.Block) {
	content := d.content(block, bodySchema([]string{"condition!", "error_message", "window", "min_samples"}))
	name, at := label(block)
	if !d.declare(d.names, "stop_condition", name, at) || content.Attributes["condition"] == nil {
		return
	}
	d.experiment.Stops[name] = &StopCondition{
		Name:         name,
		Condition:    argument(content, "condition"),
		ErrorMessage: argument(content, "error_message"),
		Window:       argument(content, "window"),
		MinSamples:   argument(content, "min_samples"),
		DeclRange:    block.DefRange,
	}
}

func (d *experimentDecoder) rollback(block *hcl.Block) *Rollback {
	content := d.content(block, bodySchema([]string{"timeout"}, blockSchema("action", "type", "name")))
	r := &Rollback{Timeout: argument(content, "timeout"), DeclRange: block.DefRange}
	for _, inner := range content.Blocks {
		if action := d.action(inner); action != nil {
			r.Actions = append(r.Actions, action)
		}
	}
	return r
}

func (d *experimentDecoder) action(block *hcl.Block) *Action {
	content, rest := d.partial(block, bodySchema(MetaArguments("action")))
	name, at := label(block)
	if !d.declare(d.names, "action", name, at) {
		return nil
	}
	return &Action{
		Type:      block.Labels[0],
		Name:      name,
		Timeout:   argument(content, "timeout"),
		Body:      rest,
		DeclRange: block.DefRange,
		TypeRange: block.LabelRanges[0],
	}
}
