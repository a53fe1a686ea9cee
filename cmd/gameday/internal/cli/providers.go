package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/schema/config"
)

const providersLong = `List the providers that a configuration can use, with their types: those that
are built in, and those that it requires, which "gameday init" has installed.`

func newProviders(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "providers [flags] [DIR]",
		Short: "List providers and their types",
		Long:  providersLong,
		Args:  atMostOne("a directory"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return s.providers(cmd.Context(), args, asJSON) }
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// listedProvider is what is shown of a provider.
type listedProvider struct {
	Name        string              `json:"name"`
	Version     string              `json:"version"`
	Source      string              `json:"source"`
	Path        string              `json:"path,omitempty"`
	SHA256      string              `json:"sha256,omitempty"`
	Description string              `json:"description"`
	Types       map[string][]string `json:"types"` // by kind
}

func (s *session) providers(ctx context.Context, args []string, asJSON bool) error {
	opened, files, diags := s.available(ctx, args)
	if err := s.report(diags, files); err != nil {
		return err
	}
	var all []listedProvider
	for _, p := range opened.All() {
		l := listedProvider{Name: p.Metadata().Name, Version: p.Metadata().Version, Source: install.Builtin, Description: p.Metadata().Description, Types: namesByKind(p.Types())}
		if i := slices.IndexFunc(opened.Plugins, func(f install.Found) bool { return f.Name == l.Name }); i >= 0 {
			found := opened.Plugins[i]
			l.Source, l.Path, l.SHA256 = found.Source, found.Path, found.SHA256
		}
		all = append(all, l)
	}
	if asJSON {
		return s.writeJSON(all)
	}
	for i, l := range all {
		if err := s.listProvider(l, i > 0); err != nil {
			return err
		}
	}
	return nil
}

// available are the providers of a configuration, whatever else is wrong with it; without one, those that are
// built in.
func (s *session) available(ctx context.Context, args []string) (*registry.Opened, map[string]*hcl.File, hcl.Diagnostics) {
	dir := first(args, ".")
	if len(args) == 0 && !hasConfiguration(dir) {
		opened, diags := s.open(ctx, dir, nil)
		return opened, nil, diags
	}
	cfg, broken := config.LoadDir(dir)
	required, diags := cfg.Required()
	if len(args) > 0 && len(cfg.Sources.Files()) == 0 {
		diags = append(broken, diags...) // there is no configuration
	}
	opened, more := s.open(ctx, dir, required)
	return opened, cfg.Sources.Files(), append(diags, more...)
}

func hasConfiguration(dir string) bool {
	native, _ := filepath.Glob(filepath.Join(dir, "*.gameday.hcl"))
	asJSON, _ := filepath.Glob(filepath.Join(dir, "*.gameday.hcl.json"))
	return len(native)+len(asJSON) > 0
}

func (s *session) listProvider(l listedProvider, further bool) error {
	var text strings.Builder
	if further {
		text.WriteString("\n")
	}
	source := "built in"
	if l.Source != install.Builtin {
		source = l.Source
	}
	fmt.Fprintf(&text, "%s %s, %s\n  %s\n", l.Name, l.Version, source, l.Description)
	for _, kind := range providers.Kinds() {
		if names := l.Types[string(kind)]; len(names) > 0 {
			fmt.Fprintf(&text, "  %-11s  %s\n", kind, strings.Join(names, "\n               "))
		}
	}
	return s.printf("%s", text.String())
}

func namesByKind(types providers.Types) map[string][]string {
	names := map[string][]string{}
	named(names, providers.KindEnvironment, types.Environments)
	named(names, providers.KindFault, types.Faults)
	named(names, providers.KindProbe, types.Probes)
	named(names, providers.KindLoad, types.Loads)
	named(names, providers.KindAction, types.Actions)
	return names
}

func named[T providers.Type](into map[string][]string, kind providers.Kind, types []T) {
	for _, t := range types {
		into[string(kind)] = append(into[string(kind)], t.TypeName())
	}
	slices.Sort(into[string(kind)])
}

// counted says how many types of each kind there are.
func counted(types providers.Types) string {
	names := namesByKind(types)
	var parts []string
	for _, kind := range providers.Kinds() {
		if n := len(names[string(kind)]); n > 0 {
			parts = append(parts, report.Plural(n, string(kind)))
		}
	}
	return strings.Join(parts, ", ")
}
