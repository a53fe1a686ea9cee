package reference

import (
	"encoding/json"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// JSONSchema describes a whole file in JSON syntax (.gameday.hcl.json), for
// editors: draft 2020-12, indented, ending in a newline. The types of the
// providers are among its $defs, as "fault.local_process_kill".
func JSONSchema(set *providers.Set) ([]byte, error) {
	j := &jsonSchema{set: set, defs: schema.JSON{}}
	root := j.object(nil, lang.Language())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "gameday configuration"
	root["$defs"] = j.defs
	raw, err := json.MarshalIndent(root, "", "  ")
	return append(raw, '\n'), err
}

// TypeJSONSchema describes the body of one topic.
func TypeJSONSchema(t Topic) ([]byte, error) {
	root := t.Block.JSONSchema()
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = t.Name
	raw, err := json.MarshalIndent(root, "", "  ")
	return append(raw, '\n'), err
}

type jsonSchema struct {
	set  *providers.Set
	defs schema.JSON
}

// object is a body with arguments and blocks of the language.
func (j *jsonSchema) object(body *schema.Block, children []*lang.Construct) schema.JSON {
	if body == nil {
		body = &schema.Block{}
	}
	object := body.JSONSchema()
	properties, _ := object["properties"].(schema.JSON)
	for _, child := range children {
		properties[child.Name] = j.construct(child)
	}
	return object
}

func (j *jsonSchema) construct(c *lang.Construct) schema.JSON {
	var inner schema.JSON
	if c.Kind != "" {
		inner = j.types(c)
	} else {
		inner = j.object(c.Body, c.Children)
		if c.Open != "" {
			inner["additionalProperties"] = schema.JSON{"description": c.Open}
		}
	}
	switch {
	case c.Kind != "":
		return many(inner)
	case len(c.Labels) > 0:
		return schema.Labelled(inner)
	case c.Many:
		return many(inner)
	default:
		return schema.JSON{"anyOf": []any{inner, schema.JSON{"type": "array", "items": inner, "maxItems": 1}}}
	}
}

// types is an object with a property for each type of a kind.
func (j *jsonSchema) types(c *lang.Construct) schema.JSON {
	properties := schema.JSON{"//": schema.JSON{}}
	for _, name := range j.set.Names(c.Kind) {
		id := string(c.Kind) + "." + name
		j.defs[id] = merged(j.set.Type(c.Kind, name).Schema(), c.Body).JSONSchema()
		properties[name] = schema.Labelled(schema.JSON{"$ref": "#/$defs/" + id})
	}
	return schema.JSON{"type": "object", "description": c.Body.Description, "properties": properties, "additionalProperties": false}
}

func many(body schema.JSON) schema.JSON {
	return schema.JSON{"anyOf": []any{body, schema.JSON{"type": "array", "items": body}}}
}
