// Package journal is the write-ahead record of a run: append-only JSON lines,
// each with a checksum, on disk before what they announce is done. It can be
// read by eye when all else is broken. It knows records and nothing else.
package journal

import (
	"encoding/json"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
)

// Type names an entry.
type Type string

// The entries. What is opened by one of the first of each pair must be closed
// by the second, by this process or by recover.
const (
	RunStarted  Type = "run_started"
	RunFinished Type = "run_finished"

	EnvironmentPrepared Type = "environment_prepared" // before Up
	EnvironmentUp       Type = "environment_up"
	EnvironmentDown     Type = "environment_down" // verified: no leftovers

	FaultPrepared  Type = "fault_prepared" // before Inject
	FaultInjected  Type = "fault_injected"
	FaultActive    Type = "fault_active" // proven
	FaultReverting Type = "fault_reverting"
	FaultReverted  Type = "fault_reverted" // verified: nothing of it is left
	FaultDirty     Type = "fault_dirty"    // the undo could not be verified
)

// Entry is one line.
type Entry struct {
	Seq  uint64          `json:"seq"`
	Time time.Time       `json:"time"`
	Type Type            `json:"type"`
	Data json.RawMessage `json:"data,omitempty"`
	Sum  string          `json:"sum"` // CRC-32C (Castagnoli) of the line without it, hex
}

// Started is the data of RunStarted.
type Started struct {
	Run     string `json:"run"`
	Version string `json:"version"`
	PID     int    `json:"pid"`
	Dir     string `json:"dir"` // of the configuration; no arguments, as those may hold secrets

	// Plugins are the programs of the providers, by which the run can be undone.
	Plugins []install.Found `json:"plugins,omitempty"`
}

// Finished is the data of RunFinished.
type Finished struct {
	Verdict  string `json:"verdict"`
	ExitCode int    `json:"exit_code"`
}

// Environment is the data of EnvironmentPrepared, EnvironmentUp and
// EnvironmentDown; only the first carries the handle.
type Environment struct {
	Address string                       `json:"address"`
	Handle  *providers.EnvironmentHandle `json:"handle,omitempty"`
}

// Fault is the data of the fault entries; only FaultPrepared carries the
// record.
type Fault struct {
	ID     string            `json:"id"`
	Record *providers.Record `json:"record,omitempty"`
	Error  string            `json:"error,omitempty"`
}
