package local

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// recordVersion is that of undo's layout.
const recordVersion = 1

// undo is what a record holds beside its targets: where the supervisor is that
// owns them. It holds nothing of the configuration.
type undo struct {
	Environment string `json:"environment"` // address
	Socket      string `json:"socket"`
	Seed        int64  `json:"seed,omitempty"`
	Workers     int    `json:"workers,omitempty"` // of a stress
	Bytes       int64  `json:"bytes,omitempty"`   // that a stress takes
}

func (u undo) encode() (json.RawMessage, error) { return json.Marshal(u) }

// ErrRecordVersion says that a record was written by another version of gameday.
var ErrRecordVersion = errors.New("unknown record version")

func readUndo(record providers.Record) (undo, error) {
	var u undo
	if record.Version != recordVersion {
		return u, fmt.Errorf("%w: the record %s of %s has version %d, this gameday knows version %d: use the gameday that wrote it",
			ErrRecordVersion, record.ID, record.Type, record.Version, recordVersion)
	}
	if err := json.Unmarshal(record.Undo, &u); err != nil {
		return u, fmt.Errorf("read the record %s of %s: %w", record.ID, record.Type, err)
	}
	if u.Socket == "" || u.Environment == "" {
		return u, fmt.Errorf("the record %s of %s names no supervisor: %s", record.ID, record.Type, record.Undo)
	}
	return u, nil
}

// remembersNothing is a behavior whose targets say all.
type remembersNothing struct{}

func (remembersNothing) remember(schema.Values, *undo) error { return nil }
