package schema

import (
	"encoding/json"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// JSON is a JSON Schema, draft 2020-12, or a part of one.
type JSON map[string]any

// JSONSchema describes the body in HCL's JSON syntax, where expressions are
// strings such as "${var.x}". It accepts what Spec decodes; what only evaluation
// can tell passes.
func (b *Block) JSONSchema() JSON {
	properties := JSON{"//": JSON{"description": "A comment."}}
	required := []string{}
	for i := range b.Attributes {
		a := &b.Attributes[i]
		properties[a.Name] = a.json()
		if a.Required {
			required = append(required, a.Name)
		}
	}
	rules := []any{}
	for i := range b.Blocks {
		n := &b.Blocks[i]
		properties[n.Name] = n.json()
		properties["dynamic"] = JSON{"description": "Blocks that are generated, by block type."}
		if n.Required {
			rules = append(rules, JSON{"anyOf": []any{JSON{"required": []string{n.Name}}, JSON{"required": []string{"dynamic"}}}})
		}
	}
	return closedObject(b.Description, properties, required, append(rules, b.jsonConflicts()...))
}

func closedObject(description string, properties JSON, required []string, rules []any) JSON {
	object := JSON{"type": "object", "properties": properties, "additionalProperties": false}
	if description != "" {
		object["description"] = description
	}
	if len(required) > 0 {
		object["required"] = required
	}
	if len(rules) > 0 {
		object["allOf"] = rules
	}
	return object
}

// jsonConflicts forbids each two of an exclusive group.
func (b *Block) jsonConflicts() []any {
	var rules []any
	for _, group := range b.Exclusive {
		for i, first := range group {
			for _, second := range group[i+1:] {
				rules = append(rules, JSON{"not": JSON{"required": []string{first, second}}})
			}
		}
	}
	return rules
}

// templated is a string that holds an expression.
func templated() JSON { return JSON{"type": "string", "pattern": `[$%]\{`} }

func (a *Attribute) json() JSON {
	schema := JSON{"description": a.Description}
	if a.Type.Kind != Any || a.Type.Of != One {
		choices := []any{a.jsonValue(), templated()}
		if !a.Required {
			choices = append(choices, JSON{"type": "null"})
		}
		schema["anyOf"] = choices
	}
	if value, ok := jsonOf(a.Default); ok {
		schema["default"] = value
	}
	return schema
}

func jsonOf(v cty.Value) (any, bool) {
	if v == cty.NilVal {
		return nil, false
	}
	raw, err := ctyjson.Marshal(v, v.Type())
	return json.RawMessage(raw), err == nil
}

func (a *Attribute) jsonValue() JSON {
	one := a.jsonOne()
	switch a.Type.Of {
	case ListOf:
		return JSON{"type": "array", "items": orTemplate(one)}
	case MapOf:
		return JSON{"type": "object", "additionalProperties": orTemplate(one)}
	default:
		return one
	}
}

func orTemplate(schema JSON) JSON {
	if schema["type"] == "string" && len(schema) == 1 {
		return schema
	}
	return JSON{"anyOf": []any{schema, templated()}}
}

func (a *Attribute) jsonOne() JSON {
	switch a.Type.Kind {
	case Numeric, Whole, Percent, Ratio:
		return a.jsonNumber()
	case Bool:
		return JSON{"type": "boolean"}
	case Duration:
		return JSON{"type": "string", "pattern": `^[+-]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`}
	case Size:
		return JSON{"type": "string", "pattern": `^[0-9.]+([eE][+-]?[0-9]+)? *(([kKMGT]i?)B?|B)$`}
	case Rate:
		return JSON{"type": "string", "pattern": `^[0-9.]+([eE][+-]?[0-9]+)? *[kmg]bit$`}
	case Any:
		return JSON{}
	}
	if len(a.OneOf) > 0 {
		return JSON{"enum": slices.Clone(a.OneOf)}
	}
	return JSON{"type": "string"}
}

func (a *Attribute) jsonNumber() JSON {
	schema := JSON{"type": "number"}
	if a.Type.Kind == Whole {
		schema["type"] = "integer"
	}
	low, high := a.limits()
	if low != nil {
		schema["minimum"] = *low
	}
	if high != nil {
		schema["maximum"] = *high
	}
	return schema
}

// json is the schema of a nested block: an object, or an array of them.
func (n *NestedBlock) json() JSON {
	body := n.Block.JSONSchema()
	switch n.Nesting {
	case List:
		return JSON{"anyOf": []any{body, JSON{"type": "array", "items": body}}}
	case Map:
		return Labelled(body)
	default:
		return onlyOne(body)
	}
}

func onlyOne(body JSON) JSON {
	return JSON{"anyOf": []any{body, JSON{"type": "array", "items": body, "maxItems": 1}}}
}

// Labelled is the schema of blocks with a label around the schema of their body:
// an object with a property for each label, or an array of such objects.
func Labelled(body JSON) JSON {
	object := JSON{"type": "object", "additionalProperties": onlyOne(body), "properties": JSON{"//": JSON{}}}
	return JSON{"anyOf": []any{object, JSON{"type": "array", "items": object}}}
}
