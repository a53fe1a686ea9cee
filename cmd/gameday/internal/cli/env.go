package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
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
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
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
			return s.envDown(cmd.Context(), targets, first(args, ""))
		},
	}
	cmd.Flags().StringArrayVar(&targets, "target", nil, "take down only this environment (`ADDRESS`); may be repeated")
	return cmd
}

// lasting are the environments of a configuration that can stay, of those that
// were asked for.
func (s *session) lasting(ctx context.Context, flags envFlags, dir, id, runDir string) ([]*resolve.Environment, error) {
	c, diags := s.load(ctx, dir, &flags.vars)
	if c.Set == nil || diags.HasErrors() {
		return nil, s.report(diags, c.Files())
	}
	run := cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(id), "dir": cty.StringVal(runDir)})
	resolved, more := c.Resolve(ctx, resolve.Inputs{Run: run})
	if err := s.report(append(diags, more...), c.Files()); err != nil {
		return nil, err
	}
	var chosen []*resolve.Environment
	var refused []string
	for _, e := range resolved.Environments {
		address := e.Addr.String()
		if len(flags.targets) > 0 && !takes(flags.targets, address) {
			continue
		}
		if _, ok := providers.As[providers.WithLasting](e.Type); !ok {
			refused = append(refused, fmt.Sprintf("%s is of type %s", address, e.Type.TypeName()))
			continue
		}
		chosen = append(chosen, e)
	}
	return chosen, s.checkChosen(flags.targets, len(chosen), refused)
}

// checkChosen refuses what can't stay. Beside others that can, it is only told of,
// unless it was asked for by name.
func (s *session) checkChosen(targets []string, chosen int, refused []string) error {
	const why = ", which has nothing that could stay when gameday has ended: \"gameday apply\" brings it up itself"
	switch {
	case len(refused) > 0 && (chosen == 0 || len(targets) > 0):
		return problem{"Not an environment that stays", refused[0] + why + "."}
	case chosen == 0 && len(targets) > 0:
		return problem{"No such environment", fmt.Sprintf("The configuration has no environment %q. Addresses look like environment.NAME.", targets[0])}
	case chosen == 0:
		return problem{"No environment", "The configuration declares no environment."}
	}
	for _, text := range refused {
		if err := s.printf("%s%s.\n", text, why); err != nil {
			return err
		}
	}
	return nil
}

func takes(targets []string, address string) bool {
	for _, target := range targets {
		if target == address {
			return true
		}
	}
	return false
}

// workingDir is where things are remembered.
func workingDir() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return here, nil
}
