package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// place is an environment that is a file and can stay. One that was there before is
// left there. With "trouble" it is made and does not come up, with "slow" only
// when it is stopped; "odd" is warned of.
type place struct{}

// foundation is the handle of a place.
type foundation struct {
	Path    string `json:"path"`
	Existed bool   `json:"existed"`
}

func (place) TypeName() string { return "note_place" }

func (place) Schema() *schema.Block {
	block := path()
	block.Attributes = append(block.Attributes, schema.Attribute{
		Name: "mood", Type: schema.Type{Kind: schema.String}, Default: cty.StringVal(""), Example: `"odd"`, Description: "What is the matter with it.",
	})
	return block
}

func (place) Validate(_ context.Context, config schema.Values) providers.Diagnostics {
	if config.Known("mood") && config.String("mood") == "odd" {
		return providers.Diagnostics{{Severity: providers.Warning, Summary: "Odd place", Detail: "It will do."}}
	}
	return nil
}

func (place) Plan(context.Context, providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	return providers.EnvironmentPlan{Summary: "a file", Outputs: cty.EmptyObjectVal}, nil
}

func (place) Prepare(_ context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	_, err := os.Stat(req.Config.String("path"))
	data, _ := json.Marshal(foundation{req.Config.String("path"), err == nil}) // of text and a bool
	return providers.EnvironmentHandle{Run: req.Run, Address: req.Address, Type: "note_place", Data: data}, nil
}

func (place) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	config, diags := req.Configure(cty.EmptyObjectVal)
	if diags.HasErrors() {
		return providers.EnvironmentState{}, diags
	}
	if err := os.WriteFile(config.String("path"), nil, 0o600); err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "No place", "%s.", err)
	}
	switch config.String("mood") {
	case "slow":
		req.Progress("wait")
		<-ctx.Done()
		fallthrough
	case "trouble":
		return providers.EnvironmentState{}, providers.Errorf(nil, "No place", "There is trouble.")
	}
	return providers.EnvironmentState{Address: req.Handle.Address, Type: "note_place", Up: true, Handle: req.Handle, Outputs: cty.EmptyObjectVal}, diags
}

func (place) Down(ctx context.Context, handle providers.EnvironmentHandle) error {
	f, err := found(handle)
	if err != nil || f.Existed {
		return err
	}
	if err := f.hold(ctx); err != nil {
		return err
	}
	if err := os.Remove(f.Path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (p place) Leftovers(ctx context.Context, handle providers.EnvironmentHandle) ([]string, error) {
	f, err := found(handle)
	if err != nil || f.Existed {
		return nil, err
	}
	if state, err := p.Standing(ctx, handle); err != nil || state == "" {
		return nil, err
	}
	return []string{f.Path}, nil
}

func (place) Standing(_ context.Context, handle providers.EnvironmentHandle) (string, error) {
	f, err := found(handle)
	if err != nil {
		return "", err
	}
	switch _, err := os.Stat(f.Path); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return "standing", nil
}

// hold waits as long as there is a file PATH.hold, and says so by a file PATH.held.
func (f foundation) hold(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(f.Path + ".hold"); err != nil {
			return nil
		}
		if err := os.WriteFile(f.Path+".held", nil, 0o600); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func found(handle providers.EnvironmentHandle) (foundation, error) {
	var f foundation
	return f, json.Unmarshal(handle.Data, &f)
}
