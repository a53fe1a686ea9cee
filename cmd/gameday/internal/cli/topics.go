package cli

import (
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/verdict"
)

// newExitCodes is a help topic: a command that cannot be run.
func newExitCodes(*session) *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long:  verdict.Help(),
	}
}
