package cli

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/resolve"
)

type validateFlags struct {
	vars varFlags
	json bool
}

func newValidate(s *session) *cobra.Command {
	var flags validateFlags
	cmd := &cobra.Command{
		Use:   "validate [flags] [DIR]",
		Short: "Check a configuration without touching anything",
		Long: "Report every problem in the configuration of a directory, all at once. Only files are\n" +
			"read. Variables that have no value yet are taken as unknown.",
		Args: atMostOne("a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, diags := s.validate(cmd, first(args, "."), &flags)
			return s.showValidation(diags, l.Files(), flags.json)
		},
	}
	flags.vars.register(cmd)
	cmd.Flags().BoolVar(&flags.json, "json", false, "write the outcome as JSON")
	return cmd
}

// validate loads and resolves. Resolving goes on after errors, so that all
// problems show at once, unless parts of the configuration are missing.
func (s *session) validate(cmd *cobra.Command, dir string, flags *validateFlags) (*launch.Configuration, hcl.Diagnostics) {
	l, diags := s.load(cmd.Context(), dir, &flags.vars)
	if l.Config.Partial || l.Set == nil {
		return l, diags
	}
	_, more := l.Resolve(cmd.Context(), resolve.Inputs{AllowMissing: true})
	return l, append(diags, more...)
}

func (s *session) showValidation(diags hcl.Diagnostics, files map[string]*hcl.File, asJSON bool) error {
	if asJSON {
		if err := diag.WriteJSON(s.Out, diags, files); err != nil {
			return fmt.Errorf("writing output: %w", err)
		}
		return failed(diags)
	}
	if err := s.report(diags, files); err != nil {
		return err
	}
	if len(diags) > 0 {
		return s.printf("The configuration is valid, with %d warnings.\n", len(diags))
	}
	return s.printf("The configuration is valid.\n")
}
