package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/schema/graph"
	"github.com/gameday-dev/gameday/schema/resolve"
)

type graphFlags struct {
	vars   varFlags
	format string
}

func newGraph(s *session) *cobra.Command {
	var flags graphFlags
	cmd := &cobra.Command{
		Use:   "graph [flags] [DIR]",
		Short: "Draw what depends on what, as Mermaid or DOT",
		Long: "Draw the environments, experiments and suites of a configuration, with probes, loads,\n" +
			"assertions, faults and gates: as Mermaid, which GitHub and GitLab show in Markdown, or\n" +
			"in the DOT language of Graphviz. Variables that have no value are taken as unknown.",
		Args: atMostOne("a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.graph(cmd, first(args, "."), &flags)
		},
	}
	flags.vars.register(cmd)
	cmd.Flags().StringVar(&flags.format, "format", "mermaid", "`FORMAT` of the drawing: mermaid (the default) or dot")
	return cmd
}

func (s *session) graph(cmd *cobra.Command, dir string, flags *graphFlags) error {
	if flags.format != "mermaid" && flags.format != "dot" {
		return unknownFormat(flags.format, "mermaid", "dot")
	}
	c, diags := s.load(cmd.Context(), dir, &flags.vars)
	if diags.HasErrors() {
		return s.report(diags, c.Files())
	}
	resolved, more := c.Resolve(cmd.Context(), resolve.Inputs{AllowMissing: true})
	if err := s.report(append(diags, more...), c.Files()); err != nil {
		return err
	}
	drawn := graph.New(resolved)
	if flags.format == "dot" {
		return s.printf("%s", drawn.DOT())
	}
	return s.printf("%s", drawn.Mermaid())
}

// unknownFormat is the answer to a -format that a command does not have.
func unknownFormat(given string, known ...string) error {
	text := fmt.Sprintf("There is no format %q.", given)
	return problem{"Unknown format", text + nearestOr(given, known, "The formats are")}
}
