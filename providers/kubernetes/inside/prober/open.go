package prober

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// open makes a probe or a load, unless it is there.
func (s *Server) open(ctx context.Context, m wire.Open) []wire.Problem {
	if s.stream(m.ID) != nil {
		return nil
	}
	runner, diags := s.runner(ctx, m)
	if runner != nil && !diags.HasErrors() {
		s.mu.Lock()
		s.streams[m.ID] = newStream(m.ID, s.began, runner)
		s.mu.Unlock()
	}
	var problems []wire.Problem
	for _, d := range diags {
		problems = append(problems, wire.Problem{Warning: d.Severity == providers.Warning, Summary: d.Summary, Detail: d.Detail})
	}
	return problems
}

func (s *Server) runner(ctx context.Context, m wire.Open) (runner, providers.Diagnostics) {
	config, err := ctyjson.Unmarshal(m.Config, cty.DynamicPseudoType)
	if err != nil {
		return nil, providers.Errorf(nil, "Unreadable configuration", "The prober cannot read the configuration of %s: %s.", m.Address, err)
	}
	dir, err := unpack(m.Files)
	if err != nil {
		return nil, providers.Errorf(nil, "Cannot keep files", "The prober cannot keep the files of %s: %s.", m.Address, err)
	}
	runner, diags := s.typed(ctx, m, providers.OpenRequest{
		Address: m.Address, Config: schema.NewValues(config), Dir: dir, Timeout: m.Timeout,
		Environment: providers.EnvironmentState{Outputs: cty.EmptyObjectVal},
	})
	if err := discard(dir); err != nil && !diags.HasErrors() {
		diags = append(diags, providers.Warningf(nil, "Files are left", "%s.", err)...)
	}
	return runner, diags
}

// typed opens what the type of a message makes.
func (s *Server) typed(ctx context.Context, m wire.Open, req providers.OpenRequest) (runner, providers.Diagnostics) {
	switch t := s.set.Type(providers.Kind(m.Kind), m.Type).(type) {
	case providers.Probe:
		opened, diags := t.Open(ctx, req)
		return &probe{prober: opened, fields: t.SampleType(), timeout: req.Timeout}, diags
	case providers.Load:
		opened, diags := t.Open(ctx, req)
		return &load{generator: opened}, diags
	default:
		return nil, providers.Errorf(nil, "Unknown type",
			"This prober has no %s of type %s. Its image must be that of this version of gameday.", m.Kind, m.Type)
	}
}

// unpack writes the files that a configuration names where the types find them:
// they read them when they are opened. It is empty without files.
func unpack(files map[string][]byte) (dir string, err error) {
	if len(files) == 0 {
		return "", nil
	}
	if dir, err = os.MkdirTemp("", "gameday-prober-"); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	for name, data := range files {
		if !filepath.IsLocal(name) {
			return "", errors.Join(fmt.Errorf("the name %q leads out of the folder", name), discard(dir))
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return "", errors.Join(fmt.Errorf("write %s: %w", name, err), discard(dir))
		}
	}
	return dir, nil
}

func discard(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove files that hold keys: %w", err)
	}
	return nil
}
