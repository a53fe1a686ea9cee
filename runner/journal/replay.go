package journal

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gameday-dev/gameday/providers"
)

// Replay is what a journal says happened, and what is still open.
type Replay struct {
	Started      Started
	Finished     *Finished                     // nil: the run was killed, or lives
	Entries      []Entry                       // all, in order
	Environments []providers.EnvironmentHandle // prepared and not down, oldest first
	Faults       []providers.Record            // prepared and not verified as reverted, oldest first
}

// Clean reports whether nothing is left to undo.
func (r *Replay) Clean() bool { return len(r.Environments) == 0 && len(r.Faults) == 0 }

// Read replays the journal in a run's folder. A torn last line is left out; for
// a corrupt line it returns what came before, with a *CorruptError.
func Read(dir string) (*Replay, error) {
	file, err := os.Open(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	return replay(file)
}

func replay(r io.Reader) (*Replay, error) {
	entries, _, err := scan(r)
	result := &Replay{Entries: entries}
	for i, entry := range entries {
		if applyErr := result.apply(entry); applyErr != nil && err == nil {
			err = &CorruptError{i + 1, applyErr.Error()}
		}
	}
	return result, err
}

// apply folds one entry into the state. Unknown types are skipped: a newer
// version may have written them, and only the known ones open or close a thing.
func (r *Replay) apply(entry Entry) error {
	switch entry.Type {
	case RunStarted:
		return json.Unmarshal(entry.Data, &r.Started)
	case RunFinished:
		r.Finished = &Finished{}
		return json.Unmarshal(entry.Data, r.Finished)
	case EnvironmentPrepared, EnvironmentDown:
		return r.applyEnvironment(entry)
	case FaultPrepared, FaultReverted:
		return r.applyFault(entry)
	}
	return nil
}

func (r *Replay) applyEnvironment(entry Entry) error {
	var data Environment
	if err := json.Unmarshal(entry.Data, &data); err != nil {
		return err
	}
	if entry.Type == EnvironmentDown {
		r.Environments = without(r.Environments, func(h providers.EnvironmentHandle) bool { return h.Address == data.Address })
		return nil
	}
	if data.Handle == nil {
		return fmt.Errorf("environment_prepared of %s has no handle", data.Address)
	}
	r.Environments = append(r.Environments, *data.Handle)
	return nil
}

func (r *Replay) applyFault(entry Entry) error {
	var data Fault
	if err := json.Unmarshal(entry.Data, &data); err != nil {
		return err
	}
	if entry.Type == FaultReverted {
		r.Faults = without(r.Faults, func(rec providers.Record) bool { return rec.ID == data.ID })
		return nil
	}
	if data.Record == nil {
		return fmt.Errorf("fault_prepared of %s has no record", data.ID)
	}
	r.Faults = append(r.Faults, *data.Record)
	return nil
}

func without[T any](list []T, drop func(T) bool) []T {
	var kept []T
	for _, element := range list {
		if !drop(element) {
			kept = append(kept, element)
		}
	}
	return kept
}
