package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// normalize turns -name into --name, so that both spellings of an option work as
// they do in Terraform and in Go's own tools. Everything that cannot be an
// option stays: short ones (-h), negative numbers, values of options, and
// whatever follows "--".
func normalize(args []string, takesValue map[string]bool) []string {
	out := make([]string, 0, len(args))
	isValue := false
	for i, arg := range args {
		if arg == "--" && !isValue {
			return append(out, args[i:]...)
		}
		if isValue || !strings.HasPrefix(arg, "-") {
			out = append(out, arg)
			isValue = false
			continue
		}
		if isSingleDash(arg) {
			arg = "-" + arg
		}
		out = append(out, arg)
		isValue = takesValue[strings.TrimPrefix(arg, "--")]
	}
	return out
}

// isSingleDash reports whether an argument is a long option with one dash.
func isSingleDash(arg string) bool {
	return len(arg) > 2 && arg[0] == '-' && isLetter(arg[1])
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// valueFlags is the names of all options, of any command, after which a value
// stands as an argument of its own.
func valueFlags(cmd *cobra.Command) map[string]bool {
	names := map[string]bool{}
	collect := func(flag *pflag.Flag) {
		if flag.NoOptDefVal == "" {
			names[flag.Name] = true
		}
	}
	cmd.PersistentFlags().VisitAll(collect)
	for _, child := range cmd.Commands() {
		child.Flags().VisitAll(collect)
		for name := range valueFlags(child) {
			names[name] = true
		}
	}
	return names
}
