package cli

import (
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

const envLong = `Bring environments of a configuration up by themselves, so that they stay when
gameday has ended: a kind cluster, for example, on which runs then begin at once.
"gameday apply" finds it there and leaves it there; "gameday env down" takes it down.

Environments whose things end with gameday, such as local processes, and clusters
that exist anyway are not for this: "gameday apply" alone deals with them.

What is up is remembered below .gameday/environments of the working directory.`

// envFlags are the options of "env up" and "env down".
type envFlags struct {
	vars    varFlags
	targets []string
}

func newEnv(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Bring environments up by themselves, list them, take them down",
		Long:  envLong,
		Args:  cobra.ArbitraryArgs,
		RunE:  runRoot,
	}
	cmd.AddCommand(newEnvUp(s), newEnvList(s), newEnvDown(s))
	return cmd
}

func newEnvUp(s *session) *cobra.Command {
	var flags envFlags
	cmd := &cobra.Command{
		Use:   "up [flags] [DIR]",
		Short: "Bring environments up and leave them there",
		Long: "Bring the environments of a configuration up, and leave them there. Up again, what has\n" +
			"changed in images and manifests is brought to them. Interrupted, what was reached is\ntaken down.",
		Args: atMostOne("a directory"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outliveReaders()
		ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
		defer stop()
		return s.envUp(ctx, flags, first(args, "."))
	}
	flags.vars.register(cmd)
	cmd.Flags().StringArrayVar(&flags.targets, "target", nil, "bring up only this environment (`ADDRESS`); may be repeated")
	return cmd
}

func newEnvList(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the environments that were brought up by themselves",
		Long:  "List what \"gameday env up\" has brought up in this working directory, and how it stands.",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return s.envList(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func newEnvDown(s *session) *cobra.Command {
	var targets []string
	cmd := &cobra.Command{
		Use:   "down [flags] [DIR]",
		Short: "Take environments down that were brought up by themselves",
		Long: "Take down what \"gameday env up\" has brought up for a configuration, or all of it\n" +
			"without DIR, and make sure that nothing of it is left. The configuration is not read.",
		Args: atMostOne("a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			outliveReaders()
			return s.envDown(cmd.Context(), targets, first(args, ""))
		},
	}
	cmd.Flags().StringArrayVar(&targets, "target", nil, "take down only this environment (`ADDRESS`); may be repeated")
	return cmd
}

// workingDir is where things are remembered.
func workingDir() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return here, nil
}
