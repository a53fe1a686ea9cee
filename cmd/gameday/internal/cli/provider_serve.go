package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/providers/sdk"
)

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
