package config

import (
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// Option changes how a configuration is loaded.
type Option func(*loader)

// WithVersion checks every required_version against the version that is running.
// Without it, or with a version that is not semantic (a development build), the
// constraints are only parsed.
func WithVersion(running string) Option {
	return func(l *loader) { l.running = running }
}

// LoadDir reads the configuration in a directory, with the modules that it calls.
// All problems are reported, in the order of files and lines. The Config is
// never nil: with errors it holds what could be read, and Sources for excerpts.
func LoadDir(dir string, options ...Option) (*Config, hcl.Diagnostics) {
	l := &loader{sources: syntax.NewSources()}
	for _, option := range options {
		option(l)
	}
	root := l.module(filepath.Clean(dir), nil, lineage{})
	diags := l.diags
	if l.outdated.HasErrors() {
		// What else is wrong may only be new to this version.
		diags, l.lossy = l.outdated, true
	}
	return &Config{Root: root, Sources: l.sources, Partial: l.lossy}, diag.Sorted(diags)
}

// loader collects a configuration and everything that is wrong with it.
type loader struct {
	sources  *syntax.Sources
	running  string
	calls    int  // of modules, so far
	lossy    bool // parts of the configuration went missing
	diags    hcl.Diagnostics
	outdated hcl.Diagnostics // required_version that the running version does not meet
}

func (l *loader) report(diags ...*hcl.Diagnostic) { l.diags = append(l.diags, diags...) }

// module reads a directory. A file with errors in its syntax is left out: half of
// it would give errors that are not there.
func (l *loader) module(dir string, path addr.ModulePath, chain lineage) *Module {
	m := newModule(dir, path)
	names, diags := syntax.FindConfig(dir)
	l.report(diags...)
	l.lossy = l.lossy || len(names) == 0
	d := moduleDecoder{loader: l, module: m, chain: chain.with(dir), names: scope{}}
	l.sources.ParseAll(names)
	for _, name := range names {
		file, diags := l.sources.Parse(name)
		l.report(diags...)
		if file == nil || diags.HasErrors() {
			l.lossy = true
			continue
		}
		d.file(file.Body)
	}
	return m
}

func newModule(dir string, path addr.ModulePath) *Module {
	return &Module{
		Path:         path,
		Dir:          dir,
		Variables:    map[string]*Variable{},
		Locals:       map[string]*Local{},
		Outputs:      map[string]*Output{},
		Calls:        map[string]*ModuleCall{},
		Providers:    map[string]*ProviderConfig{},
		Environments: map[string]*Environment{},
		Experiments:  map[string]*Experiment{},
		Suites:       map[string]*Suite{},
	}
}
