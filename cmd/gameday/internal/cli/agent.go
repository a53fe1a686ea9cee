package cli

import (
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/cmd/internal/agent"
)

// newAgent makes the hidden command by which gameday stands in for
// gameday-agent where that is not installed beside it.
func newAgent(s *session) *cobra.Command {
	return &cobra.Command{
		Use:                "agent",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			return exit(agent.Main(args, s.Err))
		},
	}
}
