package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/scaffold"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/providers/sdk"
)

func newProvider(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "Write a provider of your own",
		Long:  "For authors of providers: programs that give gameday faults, probes, loads, actions and\nenvironments of their own.",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newProviderNew(s), newProviderServe(s))
	return cmd
}

const providerNewLong = `Write the Go module of a provider into the directory gameday-provider-NAME: a fault
and a probe to begin with, and a conformance test that passes. NAME is the prefix of
its types: small letters and digits.`

func newProviderNew(s *session) *cobra.Command {
	var module, replace string
	cmd := &cobra.Command{
		Use:   "new [flags] NAME",
		Short: "Begin a provider",
		Long:  providerNewLong,
		Args:  exactlyOne("the name of the provider"),
		RunE:  func(_ *cobra.Command, args []string) error { return s.providerNew(args[0], module, replace) },
	}
	cmd.Flags().StringVar(&module, "module", "", "`PATH` of the Go module; example.com/gameday-provider-NAME without it")
	cmd.Flags().StringVar(&replace, "replace", "", "use gameday's module from `DIR`, rather than a released version")
	return cmd
}

func (s *session) providerNew(name, module, replace string) error {
	dir := "gameday-provider-" + name
	if module == "" {
		module = "example.com/" + dir
	}
	m := scaffold.Module{Name: name, Module: module, Version: "v" + currentVersion()}
	if replace != "" {
		full, err := filepath.Abs(replace)
		if err != nil {
			return fmt.Errorf("finding %s: %w", replace, err)
		}
		m.Replace = full
	}
	names, err := scaffold.Write(dir, m)
	if err != nil {
		return err
	}
	for _, file := range names {
		if err := s.printf("%s\n", filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	return s.printf("\nNext:\n\n  cd %s\n  go mod tidy\n  go test ./...\n  go build -o %s .\n  gameday init\n", dir, dir)
}

// newProviderServe makes the hidden command by which a built-in provider is a program of its own.
func newProviderServe(*session) *cobra.Command {
	return &cobra.Command{
		Use:                "serve NAME",
		Hidden:             true,
		DisableFlagParsing: true,
		Args:               cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := registry.Builtin()
			if err != nil {
				return err
			}
			provider := set.Provider(args[0])
			if provider == nil {
				return fmt.Errorf("there is no built-in provider %q", args[0])
			}
			return exit(sdk.Main(provider, args[1:]))
		},
	}
}
