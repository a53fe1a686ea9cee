package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/access"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// rbacFlags are the options of schema -rbac.
type rbacFlags struct {
	on, privileged              bool
	dir, name                   string
	namespaces                  []string
	serviceAccount, user, group string
}

func (f *rbacFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.on, "rbac", false, "write the least Kubernetes role that the types need, as YAML for kubectl apply; for every type if none is named")
	cmd.Flags().StringVar(&f.dir, "dir", "", "with -rbac: for the types that the configuration in `DIR` uses")
	cmd.Flags().BoolVar(&f.privileged, "privileged", false, "with -rbac: also for agents in privileged pods of their own, beside pods that admit none; as allow_privileged says with -dir")
	cmd.Flags().StringVar(&f.name, "name", "gameday", "with -rbac: the `NAME` of the role")
	cmd.Flags().StringArrayVar(&f.namespaces, "namespace", nil, "with -rbac: the namespace (`NS`) of the targets; may be repeated. Those of the configuration with -dir; without any, a role of the cluster")
	cmd.Flags().StringVar(&f.serviceAccount, "service-account", "", "with -rbac: bind the role to this service account (`NAMESPACE/NAME`)")
	cmd.Flags().StringVar(&f.user, "user", "", "with -rbac: bind the role to this user (`NAME`)")
	cmd.Flags().StringVar(&f.group, "group", "", "with -rbac: bind the role to this group (`NAME`)")
}

// stray finds options that mean nothing without -rbac.
func (f *rbacFlags) stray(cmd *cobra.Command) error {
	for _, name := range []string{"dir", "privileged", "name", "namespace", "service-account", "user", "group"} {
		if cmd.Flags().Changed(name) && !f.on {
			return problem{"Invalid option", "-" + name + " belongs to -rbac."}
		}
	}
	return nil
}

// rbac writes the roles.
func (s *session) rbac(ctx context.Context, f rbacFlags, names []string) error {
	to, err := f.subject()
	if err != nil {
		return err
	}
	rules, namespaces, err := s.rulesFor(ctx, f, names)
	if err != nil {
		return err
	}
	if len(f.namespaces) > 0 {
		namespaces = f.namespaces
	}
	text, err := access.RolesFor(f.name, rules, namespaces, to).YAML()
	if err != nil {
		return fmt.Errorf("writing the roles: %w", err)
	}
	return s.printf("%s%s", explain(rules), text)
}

// explain says above the roles what each right is for.
func explain(rules []providers.AccessRule) string {
	var text strings.Builder
	text.WriteString("# The least rights, written by gameday schema -rbac.\n")
	for _, r := range access.Merged(rules) {
		fmt.Fprintf(&text, "#   %s: %s\n", access.Text(r.Verbs, r.Group, r.Resource, r.Namespace), r.Why)
	}
	return text.String()
}

// subject is who the role is bound to; none is the zero value.
func (f rbacFlags) subject() (access.Subject, error) {
	var all []access.Subject
	if f.serviceAccount != "" {
		namespace, name, found := strings.Cut(f.serviceAccount, "/")
		if !found || namespace == "" || name == "" {
			return access.Subject{}, problem{"Invalid option", fmt.Sprintf("-service-account takes NAMESPACE/NAME, not %q.", f.serviceAccount)}
		}
		all = append(all, access.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: name})
	}
	if f.user != "" {
		all = append(all, access.Subject{Kind: "User", Name: f.user})
	}
	if f.group != "" {
		all = append(all, access.Subject{Kind: "Group", Name: f.group})
	}
	switch len(all) {
	case 0:
		return access.Subject{}, nil
	case 1:
		return all[0], nil
	default:
		return access.Subject{}, problem{"Invalid option", "Give one of -service-account, -user and -group."}
	}
}

// rulesFor are the rules of the named types, of those that a configuration uses,
// or of all; and the namespaces that the configuration names.
func (s *session) rulesFor(ctx context.Context, f rbacFlags, names []string) ([]providers.AccessRule, []string, error) {
	if f.dir == "" {
		rules, err := s.rulesOf(ctx, names)
		return f.wanted(rules), nil, err
	}
	if len(names) > 0 {
		return nil, nil, problem{"Invalid option", "Give the names of types, or -dir for those of a configuration, not both."}
	}
	c, diags := s.load(ctx, f.dir, &varFlags{})
	if diags.HasErrors() {
		return nil, nil, s.report(diags, c.Files())
	}
	resolved, more := c.Resolve(ctx, resolve.Inputs{AllowMissing: true})
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, nil, s.report(diags, c.Files())
	}
	f.privileged = f.privileged || allowsPrivileged(resolved)
	rules := f.wanted(usedRules(resolved))
	if len(rules) == 0 {
		return nil, nil, problem{"No rights needed", "Nothing in " + f.dir + " acts on a Kubernetes cluster."}
	}
	return rules, namespacesIn(resolved), nil
}

// usedRules are the rules of every type that a configuration uses, in the order
// of their use.
func usedRules(r *resolve.Resolved) []providers.AccessRule {
	var types []providers.Type
	for _, e := range r.Environments {
		types = append(types, e.Type)
	}
	for _, x := range r.Experiments {
		for _, p := range x.Probes {
			types = append(types, p.Type)
		}
		for _, f := range x.Faults {
			types = append(types, f.Type)
		}
	}
	var rules []providers.AccessRule
	for _, t := range types {
		if needy, ok := providers.As[providers.WithAccess](t); ok {
			rules = append(rules, needy.AccessRules()...)
		}
	}
	return append(rules, insideRules(r)...)
}

// insideRules are those of measuring from inside, where a configuration does.
func insideRules(r *resolve.Resolved) []providers.AccessRule {
	measured := map[string]bool{}
	for _, x := range r.Experiments {
		if x.RunsInside() {
			measured[x.Environment] = true
		}
	}
	var rules []providers.AccessRule
	for _, e := range r.Environments {
		if place, ok := providers.As[providers.WithInsideAccess](e.Type); ok && measured[e.Addr.String()] {
			rules = append(rules, place.InsideRules()...)
		}
	}
	return rules
}

// wanted leaves out what only privileged pods take, unless they are meant.
func (f *rbacFlags) wanted(rules []providers.AccessRule) []providers.AccessRule {
	return slices.DeleteFunc(rules, func(r providers.AccessRule) bool { return r.Privileged && !f.privileged })
}

// allowsPrivileged reports whether an environment does.
func allowsPrivileged(r *resolve.Resolved) bool {
	return slices.ContainsFunc(environments(r), func(values schema.Values) bool {
		return values.Known("allow_privileged") && values.Bool("allow_privileged")
	})
}

// environments are the bodies of those that can be read yet.
func environments(r *resolve.Resolved) []schema.Values {
	var out []schema.Values
	for _, e := range r.Environments {
		if values, diags := e.Body.Decode(map[string]cty.Value{"self": cty.DynamicVal}); !diags.HasErrors() {
			out = append(out, values)
		}
	}
	return out
}

// namespacesIn are those that the environments allow, as far as they are known.
func namespacesIn(r *resolve.Resolved) []string {
	var out []string
	for _, values := range environments(r) {
		out = append(out, values.Strings("namespaces")...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rulesOf are the rules of types by their names, with or without their kind: of those that are built in, and of providers that
// the configuration around requires.
func (s *session) rulesOf(ctx context.Context, names []string) ([]providers.AccessRule, error) {
	opened, files, diags := s.available(ctx, nil)
	if opened == nil {
		return nil, s.report(diags, files)
	}
	known := needyTypes(opened.Set)
	if len(names) == 0 {
		names = slices.Sorted(known.names())
	}
	var rules []providers.AccessRule
	for _, name := range names {
		needy, ok := known[name]
		if !ok && diags.HasErrors() { // it may be of a provider that is not installed
			return nil, s.report(diags, files)
		}
		if !ok {
			return nil, problem{"No rights known", fmt.Sprintf("No type %q needs rights in a Kubernetes cluster.%s", name, nearestOr(name, slices.Sorted(known.names()), "Those that do are"))}
		}
		rules = append(rules, needy.AccessRules()...)
	}
	return rules, nil
}
