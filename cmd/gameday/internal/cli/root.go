package cli

import (
	"github.com/spf13/cobra"
)

// commands lists every command, in the order of the help.
func commands() []func(*session) *cobra.Command {
	return []func(*session) *cobra.Command{
		newInit,
		newValidate,
		newFmt,
		newPlan,
		newApply,
		newRecover,
		newSweep,
		newEnv,
		newRuns,
		newGraph,
		newSchema,
		newProviders,
		newProvider,
		newAgent,
		newVersion,
		newExitCodes,
	}
}

func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "gameday",
		Short: "Chaos experiments as code: declare, plan, apply, prove",
		Long: "gameday runs chaos experiments that are declared in HCL: it plans them, injects\n" +
			"faults, proves them active, judges the steady state, and undoes everything.",
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return s.enter() },
		RunE:              runRoot,
	}
	root.PersistentFlags().BoolVar(&s.noColor, "no-color", false, "write without colours, as with the environment variable NO_COLOR")
	root.PersistentFlags().StringVar(&s.chdir, "chdir", "", "go to `DIR` before anything else")
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetUsageFunc(usage)
	root.SetHelpFunc(help)
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(explainFlag)
	for _, construct := range commands() {
		root.AddCommand(construct(s))
	}
	return root
}

// runRoot is what happens without a command, or with one that does not exist.
func runRoot(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}
