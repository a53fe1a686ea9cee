package kubernetes

import (
	"encoding/json"
	"fmt"
)

// decode reads what intend left for observe.
func decode(data json.RawMessage, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the data in the record: %w", err)
	}
	return nil
}
