package probing

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// A Query is a jq expression that picks something out of a JSON document.
type Query struct {
	text string
	code *gojq.Code
}

// ParseQuery compiles a jq expression: ".items[0].state", ".queue | length". A
// JSONPath that only steps down is one too: "$.items[0].state".
func ParseQuery(text string) (*Query, error) {
	parsed, err := gojq.Parse(fromJSONPath(text))
	if err != nil {
		return nil, fmt.Errorf("%q is not a jq expression: %w", text, err)
	}
	code, err := gojq.Compile(parsed)
	if err != nil {
		return nil, fmt.Errorf("%q is not a jq expression: %w", text, err)
	}
	return &Query{text: text, code: code}, nil
}

// fromJSONPath turns the root $ of JSONPath into jq's dot.
func fromJSONPath(text string) string {
	rest, found := strings.CutPrefix(strings.TrimSpace(text), "$")
	if !found || (rest != "" && rest[0] != '.' && rest[0] != '[') {
		return text
	}
	rest = strings.NewReplacer("['", `["`, "']", `"]`).Replace(rest)
	if strings.HasPrefix(rest, ".") {
		return rest
	}
	return "." + rest
}

// Find runs the query on a document decoded by encoding/json. Several results
// become one list; none at all is an error.
func (q *Query) Find(ctx context.Context, document any) (any, error) {
	var found []any
	for results := q.code.RunWithContext(ctx, document); ; {
		result, more := results.Next()
		if !more {
			break
		}
		if err, failed := result.(error); failed {
			return nil, fmt.Errorf("%s: %w", q.text, err)
		}
		found = append(found, result)
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s found nothing", q.text)
	case 1:
		return found[0], nil
	default:
		return found, nil
	}
}

// shown is a JSON value in an error message.
func shown(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return shorten(string(text))
}
