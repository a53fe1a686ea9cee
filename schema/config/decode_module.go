package config

import (
	"github.com/hashicorp/hcl/v2"
)

// moduleDecoder reads the files of one directory into one module.
type moduleDecoder struct {
	*loader
	module *Module
	chain  lineage
	names  scope
}

func fileSchema() *hcl.BodySchema {
	return bodySchema(nil,
		blockSchema("gameday"),
		blockSchema("variable", "name"),
		blockSchema("locals"),
		blockSchema("output", "name"),
		blockSchema("module", "name"),
		blockSchema("provider", "name"),
		blockSchema("environment", "type", "name"),
		blockSchema("experiment", "name"),
		blockSchema("suite", "name"),
		blockSchema("policy"),
	)
}

func (d *moduleDecoder) file(body hcl.Body) {
	schema := fileSchema()
	content, diags := body.Content(schema)
	d.report(d.explain(diags, nil, schema)...)
	for _, block := range content.Blocks {
		d.block(block)
	}
}

func (d *moduleDecoder) block(block *hcl.Block) {
	switch block.Type {
	case "gameday":
		d.settings(block)
	case "locals":
		d.locals(block)
	case "policy":
		d.module.Policies = append(d.module.Policies, &Policy{Body: block.Body, DeclRange: block.DefRange})
	default:
		name, at := label(block)
		if d.declare(d.names, block.Type, name, at) {
			d.named(block, name)
		} else {
			d.discard(block, name)
		}
	}
}

// named reads a block that has a name, which is free.
func (d *moduleDecoder) named(block *hcl.Block, name string) {
	m := d.module
	switch block.Type {
	case "variable":
		m.Variables[name] = d.variable(block, name)
	case "output":
		m.Outputs[name] = d.output(block, name)
	case "module":
		m.Calls[name] = d.call(block, name)
	case "provider":
		m.Providers[name] = d.provider(block, name)
	case "environment":
		m.Environments[name] = &Environment{
			Type: block.Labels[0], Name: name, Body: block.Body,
			DeclRange: block.DefRange, TypeRange: block.LabelRanges[0],
		}
	case "experiment":
		m.Experiments[name] = d.experiment(block, name)
	case "suite":
		m.Suites[name] = d.suite(block, name)
	}
}

// provider reads a provider block. All modules share one provider, so one inside
// a module that is called would be passed over.
func (d *moduleDecoder) provider(block *hcl.Block, name string) *ProviderConfig {
	if len(d.module.Path) > 0 {
		d.invalid(block.DefRange, "Provider block in a module", "All modules share the provider %q, and it is configured only in the root module. Move the block to a file in the directory %q.",
			name, d.chain.dirs[0].shown)
	}
	return &ProviderConfig{Name: name, Body: block.Body, DeclRange: block.DefRange}
}

// discard reads a block whose name cannot be used for the problems inside it.
func (d *moduleDecoder) discard(block *hcl.Block, name string) {
	other := *d
	other.module = newModule(d.module.Dir, d.module.Path)
	other.named(block, name)
}
