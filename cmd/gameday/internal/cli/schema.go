package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/reference"
)

func newSchema(s *session) *cobra.Command {
	var format string
	var rbac rbacFlags
	cmd := &cobra.Command{
		Use:   "schema [flags] [NAME...]",
		Short: "Show every block and type, and what they take",
		Long: "List every block of the language and every type of every provider. With the name of\n" +
			"one (experiment, fault.local_process_kill, http) or of a provider, show the arguments,\n" +
			"with types, units, defaults and examples. As JSON it is a JSON Schema: of a whole\n" +
			".gameday.hcl.json file, for editors, or of the body that is named.\n\n" +
			"With -rbac, write the Kubernetes role that lets a user plan and apply the named types\n" +
			"of faults and probes, and nothing else.",
		Args: func(cmd *cobra.Command, args []string) error {
			if rbac.on {
				return nil // any number of types
			}
			return atMostOne("a name")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := rbac.stray(cmd); err != nil {
				return err
			}
			if rbac.on {
				return s.rbac(cmd.Context(), rbac, args)
			}
			opened, files, diags := s.available(cmd.Context(), nil)
			if opened == nil {
				return s.report(diags, files)
			}
			text, err := describe(opened.Set, first(args, ""), format)
			if err != nil {
				return err
			}
			return s.printf("%s", text)
		},
	}
	rbac.register(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "`FORMAT` of the documentation: text (the default), markdown or json")
	return cmd
}

// describe is the documentation of what a name means, or of everything.
func describe(set *providers.Set, name, format string) (string, error) {
	topics := reference.Topics(set)
	found := topics
	if name != "" {
		if found = reference.Find(topics, name); len(found) == 0 {
			return "", unknownTopic(topics, name)
		}
	}
	switch format {
	case "text":
		if name == "" {
			return reference.List(found) + "\nUse \"gameday schema NAME\" to see what one of them takes.\n", nil
		}
		return reference.Text(found), nil
	case "markdown":
		return reference.Markdown(found), nil
	case "json":
		return describeJSON(set, found, name)
	default:
		return "", unknownFormat(format, "text", "markdown", "json")
	}
}

// describeJSON makes one JSON Schema, so the name must mean one thing.
func describeJSON(set *providers.Set, found []reference.Topic, name string) (string, error) {
	if name == "" {
		raw, err := reference.JSONSchema(set)
		return string(raw), err
	}
	if len(found) > 1 {
		names := make([]string, len(found))
		for i, topic := range found {
			names[i] = topic.Name
		}
		return "", problem{"Ambiguous name", fmt.Sprintf("%q means %s. Give one of these names.", name, strings.Join(names, ", "))}
	}
	raw, err := reference.TypeJSONSchema(found[0])
	return string(raw), err
}

func unknownTopic(topics []reference.Topic, name string) error {
	text := fmt.Sprintf("There is no block and no type %q.", name)
	if nearest := reference.Nearest(topics, name); nearest != "" {
		return problem{"Unknown name", text + fmt.Sprintf(" Did you mean %q?", nearest)}
	}
	return problem{"Unknown name", text + " Run \"gameday schema\" for a list."}
}

// nearestOr suggests the nearest name, or tells all of them.
func nearestOr(given string, names []string, all string) string {
	if nearest := schema.Nearest(given, names); nearest != "" {
		return fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return fmt.Sprintf(" %s %s.", all, strings.Join(names, ", "))
}
