package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gameday-dev/gameday/providers/schema"
)

// unknownCommand suggests the command that was probably meant.
func unknownCommand(cmd *cobra.Command, given string) error {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
			names = append(names, child.Name())
		}
	}
	detail := fmt.Sprintf("There is no command %q.", given)
	if nearest := schema.Nearest(given, names); nearest != "" {
		detail += fmt.Sprintf(" Did you mean %q?", nearest)
	} else {
		detail += fmt.Sprintf(" Run %q for a list.", cmd.Root().Name()+" -help")
	}
	return problem{"Unknown command", detail}
}

// explainFlag improves on what is said of an option that is not known.
func explainFlag(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	text := err.Error()
	given, unknown := strings.CutPrefix(text, "unknown flag: --")
	if !unknown {
		return problem{"Invalid option", sentence(strings.ReplaceAll(text, "--", "-"))}
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	detail := fmt.Sprintf("The command %q has no option -%s.", cmd.Name(), given)
	if nearest := schema.Nearest(given, names); nearest != "" {
		detail += fmt.Sprintf(" Did you mean \"-%s\"?", nearest)
	}
	return problem{"Unknown option", detail}
}

func sentence(text string) string { return capital(strings.TrimSuffix(text, ".")) + "." }

// atMostOne is the check of commands that take one optional argument.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return problem{"Too many arguments", fmt.Sprintf("The command %q takes one argument, %s, and %d were given: %s.",
				cmd.Name(), what, len(args), strings.Join(args, " "))}
		}
		return nil
	}
}

// exactlyOne is the check of commands that need one argument.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return problem{"Missing argument", fmt.Sprintf("The command %q needs %s.", cmd.Name(), what)}
		}
		return atMostOne(what)(cmd, args)
	}
}

// noArguments is the check of commands that take none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return problem{"Too many arguments", fmt.Sprintf("The command %q takes no arguments, and was given %q.", cmd.Name(), args[0])}
	}
	return nil
}

// first is the first argument, or otherwise.
func first(args []string, otherwise string) string {
	if len(args) == 0 {
		return otherwise
	}
	return args[0]
}
