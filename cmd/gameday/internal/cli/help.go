package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newHelp is cobra's help command, which would not mind a name that does not
// exist.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND | TOPIC]",
		Short:  "Explain a command or a topic",
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			found, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, args[len(args)-1])
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// help writes the long help of a command. It is written by hand because cobra's
// template would have to be parsed, and shows options with two dashes.
func help(cmd *cobra.Command, _ []string) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	if text != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n\n", strings.TrimSpace(text))
	}
	if cmd.Runnable() || cmd.HasSubCommands() {
		writeUsage(cmd.OutOrStdout(), cmd)
	}
}

func usage(cmd *cobra.Command) error {
	writeUsage(cmd.OutOrStderr(), cmd)
	return nil
}

func writeUsage(w io.Writer, cmd *cobra.Command) {
	line := cmd.UseLine()
	switch {
	case cmd.HasAvailableSubCommands() && cmd.HasParent() && cmd.Runnable():
		line = cmd.CommandPath() + " [options] [COMMAND]"
	case cmd.HasAvailableSubCommands():
		line = cmd.CommandPath() + " [options] COMMAND"
	}
	fmt.Fprintf(w, "Usage: %s\n", strings.ReplaceAll(line, "[flags]", "[options]"))
	writeCommands(w, cmd, "Commands", (*cobra.Command).IsAvailableCommand)
	writeCommands(w, cmd, "More help", (*cobra.Command).IsAdditionalHelpTopicCommand)
	writeFlags(w, "Options", cmd.LocalNonPersistentFlags())
	writeFlags(w, "Options of every command", persistent(cmd))
}

func writeCommands(w io.Writer, cmd *cobra.Command, title string, include func(*cobra.Command) bool) {
	begun := false
	for _, child := range cmd.Commands() {
		if !include(child) {
			continue
		}
		if !begun {
			fmt.Fprintf(w, "\n%s:\n", title)
			begun = true
		}
		fmt.Fprintf(w, "  %-12s %s\n", child.Name(), child.Short)
	}
}

func persistent(cmd *cobra.Command) *pflag.FlagSet {
	if cmd.HasParent() {
		return cmd.InheritedFlags()
	}
	return cmd.PersistentFlags()
}

func writeFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		operand, text := pflag.UnquoteUsage(flag)
		name := strings.TrimSpace("-" + flag.Name + " " + operand)
		if operand != "" {
			name = "-" + flag.Name + "=" + operand
		}
		fmt.Fprintf(w, "  %-22s %s\n", name, text)
	})
}
