package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
)

// remembered is an environment that was brought up by itself.
type remembered struct {
	ID      string                      `json:"id"`
	Address string                      `json:"address"`
	Type    string                      `json:"type"`
	Dir     string                      `json:"dir"` // of its configuration, absolute
	Since   time.Time                   `json:"since"`
	Up      bool                        `json:"up"`                // false: it was not finished
	Existed bool                        `json:"existed,omitempty"` // before it was brought up the first time
	Handle  providers.EnvironmentHandle `json:"handle"`
	Plugins []install.Found             `json:"plugins,omitempty"` // programs of providers that were needed for it
}

// envStore keeps what is remembered, a folder each.
type envStore struct{ root string }

func openEnvStore() (envStore, error) {
	here, err := workingDir()
	return envStore{filepath.Join(here, ".gameday", "environments")}, err
}

// hold keeps other gamedays from bringing up or taking down at the same time.
func (e envStore) hold() (release func(), err error) {
	if err := os.MkdirAll(e.root, 0o777); err != nil {
		return nil, fmt.Errorf("creating the folder of environments: %w", err)
	}
	lock := flock.New(filepath.Join(e.root, "lock"))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", e.root, err)
	}
	if !held {
		return nil, problem{"Busy", "Another gameday brings environments of this folder up or down right now. Wait until it has ended."}
	}
	return func() { _ = lock.Unlock() }, nil // the end of the process unlocks, too
}

func (e envStore) folder(id string) string { return filepath.Join(e.root, id) }

func (e envStore) file(id string) string { return filepath.Join(e.folder(id), "environment.json") }

// save writes durably: a killed gameday must be found out about.
func (e envStore) save(r remembered) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("remembering %s: %w", r.Address, err)
	}
	if err := os.MkdirAll(e.folder(r.ID), 0o777); err != nil {
		return fmt.Errorf("remembering %s: %w", r.Address, err)
	}
	if err := renameio.WriteFile(e.file(r.ID), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("remembering %s: %w", r.Address, err)
	}
	return nil
}

// forget removes an environment that is down, with its logs.
func (e envStore) forget(id string) error {
	if err := os.RemoveAll(e.folder(id)); err != nil {
		return fmt.Errorf("forgetting an environment: %w", err)
	}
	return nil
}

// forgetButLogs forgets an environment that did not come up, and leaves its logs.
func (e envStore) forgetButLogs(id string) error {
	if err := os.Remove(e.file(id)); err != nil {
		return fmt.Errorf("forgetting an environment: %w", err)
	}
	return nil
}

// all is what is remembered, oldest first: ids begin with the time.
func (e envStore) all() ([]remembered, error) {
	entries, err := os.ReadDir(e.root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("reading the folder of environments: %w", err)
	}
	list := []remembered{}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		text, err := os.ReadFile(e.file(entry.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue // its logs alone, or killed before anything was started
		}
		var r remembered
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", e.file(entry.Name()), err)
		}
		list = append(list, r)
	}
	return list, nil
}

// find is the environment of a configuration; false when it is not remembered.
func (e envStore) find(address, dir string) (remembered, bool, error) {
	list, err := e.all()
	for _, r := range list {
		if r.Address == address && r.Dir == dir {
			return r, true, err
		}
	}
	return remembered{}, false, err
}
