package undo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// GetAt is Get for who must know what time it was by the server's clock when it answered,
// cut to whole seconds. That is zero where the answer does not say.
func (a API) GetAt(ctx context.Context, path string) (o map[string]any, at time.Time, err error) {
	text, header, err := a.send(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, time.Time{}, fmt.Errorf("GET %s: expected JSON: %w", path, err)
	}
	at, _ = http.ParseTime(header.Get("Date")) // zero where there is none
	return o, at, nil
}
