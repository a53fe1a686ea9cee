package config

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

func (d *moduleDecoder) variable(block *hcl.Block, name string) *Variable {
	content := d.content(block, bodySchema(
		[]string{"description", "type", "default", "sensitive", "nullable"}, blockSchema("validation")))
	v := &Variable{
		Name:        name,
		Description: d.staticString(content, "description"),
		Type:        d.variableType(content),
		Default:     argument(content, "default"),
		Sensitive:   d.staticBool(content, "sensitive", argument(content, "sensitive") != nil), // what is wrong is no reason to show the value
		Nullable:    d.staticBool(content, "nullable", true),
		DeclRange:   block.DefRange,
	}
	for _, inner := range content.Blocks {
		v.Validations = append(v.Validations, d.validation(inner))
	}
	if isReserved(name) {
		d.invalid(block.LabelRanges[0], "Reserved name", "A variable cannot be called %q, which has a meaning of its own in module blocks.", name)
	}
	return v
}

// isReserved names what a module block means itself, or may some day.
func isReserved(name string) bool {
	switch name {
	case "source", "version", "providers", "count", "for_each", "depends_on", "lifecycle":
		return true
	default:
		return false
	}
}

func (l *loader) validation(block *hcl.Block) *Validation {
	content := l.content(block, bodySchema([]string{"condition!", "error_message!"}))
	return &Validation{
		Condition:    required(content, "condition", block),
		ErrorMessage: required(content, "error_message", block),
		DeclRange:    block.DefRange,
	}
}

func (l *loader) output(block *hcl.Block, name string) *Output {
	content := l.content(block, bodySchema([]string{"description", "value!", "sensitive"}))
	return &Output{
		Name:        name,
		Description: l.staticString(content, "description"),
		Value:       required(content, "value", block),
		Sensitive:   l.staticBool(content, "sensitive", false),
		DeclRange:   block.DefRange,
	}
}

func (d *moduleDecoder) locals(block *hcl.Block) {
	for _, attr := range inOrder(d.attributes(block.Body)) {
		if d.declare(d.names, "local", attr.Name, attr.NameRange) {
			d.module.Locals[attr.Name] = &Local{Name: attr.Name, Expr: attr.Expr, DeclRange: attr.NameRange}
		}
	}
}

// inOrder is attributes as they stand in the file.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	return slices.SortedFunc(maps.Values(attrs), func(a, b *hcl.Attribute) int {
		return a.NameRange.Start.Byte - b.NameRange.Start.Byte
	})
}
