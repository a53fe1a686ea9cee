package redact

import (
	"encoding/json"

	"github.com/gameday-dev/gameday/runner/event"
)

// Body is a copy of a body without secrets in any text but its names; see
// event.MapText.
func (r *Redactor) Body(body event.Body) event.Body {
	if unknown, ok := body.(event.Unknown); ok {
		return r.unknown(unknown)
	}
	return event.MapText(body, r.Text)
}

// unknown redacts the JSON of a body whose fields are not known, names included.
func (r *Redactor) unknown(body event.Unknown) event.Body {
	fields := map[string]json.RawMessage{}
	for name, raw := range body.Fields {
		var value any
		if json.Unmarshal(raw, &value) != nil {
			continue
		}
		if clean, err := json.Marshal(r.any(value)); err == nil {
			fields[r.Text(name)] = clean
		}
	}
	return event.Unknown{Type: body.Type, Fields: fields}
}

func (r *Redactor) any(value any) any {
	switch value := value.(type) {
	case string:
		return r.Text(value)
	case []any:
		for i := range value {
			value[i] = r.any(value[i])
		}
		return value
	case map[string]any:
		out := map[string]any{}
		for key, element := range value {
			out[r.Text(key)] = r.any(element)
		}
		return out
	default:
		return value
	}
}
