package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
)

// noteProvider is the main function of a provider that the scripts install: a fault that is a file, a probe
// that does not like it, and an environment. GAMEDAY_NOTE_VERSION is its version.
func noteProvider() {
	unhurried()
	version := "1.0.0"
	if other := os.Getenv("GAMEDAY_NOTE_VERSION"); other != "" {
		version = other
	}
	sdk.Serve(sdk.Provider{
		Name: "note", Version: version, Description: "Puts notes into folders.",
		Types: providers.Types{Environments: []providers.Environment{place{}}, Faults: []providers.Fault{sdk.NewFault(note{})}, Probes: []providers.Probe{noNote{}}},
	}.Provider())
}

// unhurried starts the program anew, once, as the race detector has it: gameday gives providers an environment of their
// own, and without this setting, which counts at the start alone, each sleeps for a second before it ends.
func unhurried() {
	self, err := os.Executable()
	if err == nil && os.Getenv("GORACE") == "" {
		err = syscall.Exec(self, os.Args, append(os.Environ(), "GORACE="+hurry)) //nolint:gosec // itself
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// path is the attribute of both types.
func path() *schema.Block {
	return &schema.Block{Description: "A note.", Attributes: []schema.Attribute{{
		Name: "path", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"/tmp/note"`, Description: "Where the note is, absolute.",
	}}}
}

type note struct{}

func (note) TypeName() string      { return "note_left" }
func (note) Schema() *schema.Block { return path() }

func (note) Validate(_ context.Context, config schema.Values) providers.Diagnostics {
	if config.Known("path") && !filepath.IsAbs(config.String("path")) {
		return providers.Errorf(cty.GetAttrPath("path"), "Relative path", "Expected an absolute path, found %q.", config.String("path"))
	}
	return nil
}

func (note) Plan(_ context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	return providers.FaultPlan{
		Effect: "leaves a note", Targets: []providers.Target{{Kind: "file", Name: req.Config.String("path")}}, Eligible: 1, Population: 1,
		Radius: []string{"whoever reads it"}, Undo: "removes the note", Guard: "the provider, when gameday is gone or at the deadline",
	}, nil
}

func (note) Prepare(_ context.Context, req providers.PrepareRequest) (string, error) {
	return req.Config.String("path"), nil
}

func (note) Inject(_ context.Context, i sdk.Injection[string], _ schema.Values) error {
	return os.WriteFile(i.Undo, []byte(i.ID), 0o600)
}

func (note) Observe(_ context.Context, i sdk.Injection[string]) (providers.Observation, error) {
	text, err := os.ReadFile(i.Undo)
	if errors.Is(err, os.ErrNotExist) || err == nil && string(text) != i.ID {
		return providers.Observation{State: providers.Absent}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "note", Text: "the note is there"}}}, err
}

func (n note) Revert(ctx context.Context, i sdk.Injection[string]) error {
	if seen, err := n.Observe(ctx, i); err != nil || seen.State == providers.Absent {
		return err
	}
	return os.Remove(i.Undo)
}

// noNote fails while there is a note.
type noNote struct{}

func (noNote) TypeName() string      { return "note_absent" }
func (noNote) Schema() *schema.Block { return path() }
func (noNote) SampleType() cty.Type  { return cty.EmptyObject }

func (noNote) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	return prober{req.Config.String("path")}, nil
}

type prober struct{ path string }

func (p prober) Sample(context.Context) providers.Sample {
	if _, err := os.Stat(p.path); err == nil {
		return providers.Sample{Error: "there is a note"}
	}
	return providers.Sample{OK: true}
}

func (prober) Close() error { return nil }
