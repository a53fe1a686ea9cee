package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"
)

// header is what every line has beside the fields of its body. No body may have
// a field of one of these names; a test holds them to it.
type header struct {
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`
	Run  string    `json:"run"`
	Type string    `json:"type"`
}

// Unknown is an event of a type that this version does not know, as a newer one
// may have written it. It keeps every field, so that nothing is lost on the way
// through.
type Unknown struct {
	Type   string
	Fields map[string]json.RawMessage
}

// Kind is the type that the line gave.
func (u Unknown) Kind() string { return u.Type }

// MarshalJSON writes the fields as they came, sorted by name.
func (u Unknown) MarshalJSON() ([]byte, error) {
	if u.Fields == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(u.Fields)
}

// Encode renders an event as one line of JSON, without the newline: sequence,
// time, run and type first, then the fields of the body beside them. A number
// that JSON cannot hold (NaN, infinite) becomes 0: a report with a wrong figure
// is worth more than a report that ends there.
func Encode(e Event) ([]byte, error) {
	if e.Body == nil {
		return nil, errors.New("encoding an event: it has no body")
	}
	head, err := json.Marshal(header{e.Seq, e.Time, e.Run, e.Body.Kind()})
	if err != nil {
		return nil, fmt.Errorf("encoding the header of a %s event: %w", e.Body.Kind(), err)
	}
	body, err := marshalBody(e.Body)
	if err != nil {
		return nil, fmt.Errorf("encoding a %s event: %w", e.Body.Kind(), err)
	}
	if bytes.Equal(body, []byte("{}")) {
		return head, nil
	}
	head[len(head)-1] = ','
	return append(head, body[1:]...), nil
}

func marshalBody(body Body) ([]byte, error) {
	raw, err := json.Marshal(body)
	var unsupported *json.UnsupportedValueError
	if errors.As(err, &unsupported) {
		raw, err = json.Marshal(finite(body))
	}
	if err == nil && (len(raw) < 2 || raw[0] != '{') {
		return nil, fmt.Errorf("its body encodes to %.20q, expected an object", raw)
	}
	return raw, err
}

// Decode reads a line that Encode wrote. A type that is not known becomes an
// Unknown body; only a line that is no event at all is an error.
func Decode(line []byte) (Event, error) {
	var head header
	if err := json.Unmarshal(line, &head); err != nil {
		return Event{}, fmt.Errorf("decoding an event: %w", err)
	}
	if head.Type == "" {
		return Event{}, fmt.Errorf("decoding an event: expected an object with a \"type\", found %.80q", line)
	}
	body, err := decodeBody(head.Type, line)
	if err != nil {
		return Event{}, fmt.Errorf("decoding a %s event: %w", head.Type, err)
	}
	return Event{Seq: head.Seq, Time: head.Time, Run: head.Run, Body: body}, nil
}

func decodeBody(kind string, line []byte) (Body, error) {
	for _, known := range Bodies() {
		if known.Kind() == kind {
			into := reflect.New(reflect.TypeOf(known))
			err := json.Unmarshal(line, into.Interface())
			return into.Elem().Interface().(Body), err //nolint:forcetypeassert // of the type of known, a Body
		}
	}
	fields := map[string]json.RawMessage{}
	err := json.Unmarshal(line, &fields)
	maps.DeleteFunc(fields, func(name string, _ json.RawMessage) bool { return isHeader(name) })
	return Unknown{Type: kind, Fields: fields}, err
}

func isHeader(name string) bool {
	return name == "seq" || name == "time" || name == "run" || name == "type"
}
