package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

const sweepLong = `Undo what runs left in a cluster, from what stands in the cluster alone: on a
machine that has no journal of them, too. Faults whose deadline has passed are
undone in reverse, verified, and given free; so is what carries the mark of a
fault that nobody claims any more. Runs that may be alive are left alone, unless
-alive says that they are not.

Without DIR it is the cluster of the kubeconfig's context; with DIR, those of the
environments that are declared there. A machine that has the run's folder undoes
more with "gameday recover": also what was done to processes.`

// sweepFlags are the options of sweep.
type sweepFlags struct {
	vars       varFlags
	kubeconfig string
	context    string
	namespaces []string
	run        string
	alive      bool
	look       bool
	asJSON     bool
}

func newSweep(s *session) *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep [flags] [DIR]",
		Short: "Undo what runs left in a cluster, without their journals",
		Long:  sweepLong,
		Args:  atMostOne("a directory"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		outliveReaders()
		return s.sweep(cmd.Context(), f, first(args, ""))
	}
	flags := cmd.Flags()
	f.vars.register(cmd)
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "speak to the cluster of the kubeconfig `FILE`; without it, of KUBECONFIG or ~/.kube/config")
	flags.StringVar(&f.context, "context", "", "take the context `NAME` of the kubeconfig")
	flags.StringArrayVar(&f.namespaces, "namespace", nil, "look only into the namespace `NAME`; may be repeated")
	flags.StringVar(&f.run, "run", "", "sweep only what the run `ID` left")
	flags.BoolVar(&f.alive, "alive", false, "undo also faults whose deadline has not passed")
	flags.BoolVar(&f.look, "look", false, "only look, and undo nothing")
	flags.BoolVar(&f.asJSON, "json", false, "write JSON")
	return cmd
}

// place is an environment to sweep.
type place struct {
	name   string
	sweep  providers.WithSweep
	config schema.Values
	dir    string
	at     *hcl.Range // of its declaration; nil where the options name it
	files  map[string]*hcl.File
}

// diagnostics says of each where it was found.
func (p place) diagnostics(all providers.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, d := range all {
		severity := hcl.DiagError
		if d.Severity == providers.Warning {
			severity = hcl.DiagWarning
		}
		out = append(out, &hcl.Diagnostic{Severity: severity, Summary: d.Summary, Detail: p.name + ": " + d.Detail, Subject: p.at})
	}
	return out
}

func (s *session) sweep(ctx context.Context, f sweepFlags, dir string) error {
	places, err := s.places(ctx, f, dir)
	if err != nil {
		return err
	}
	all := []providers.Orphan{}
	var unread error
	told := false
	for _, p := range places {
		found, problems := p.sweep.Sweep(ctx, providers.SweepRequest{Address: p.name, Config: p.config, Dir: p.dir, Run: f.run, Alive: f.alive, Look: f.look})
		all = append(all, found...)
		unread = cmp.Or(unread, s.report(p.diagnostics(problems), p.files))
		told = told || len(problems) > 0
	}
	var untold error
	switch {
	case len(all) > 0 || f.asJSON || !told:
		untold = s.tellSwept(all, f)
	case unread == nil: // warnings say what this user may not see
		untold = s.printf("Nothing was left that this user may see.\n")
	}
	return cmp.Or(exit(sweptCode(all)), unread, untold)
}

// places are where to sweep.
func (s *session) places(ctx context.Context, f sweepFlags, dir string) ([]place, error) {
	direct := f.kubeconfig != "" || f.context != "" || len(f.namespaces) > 0
	switch {
	case dir == "":
		p, err := directPlace(f)
		return []place{p}, err
	case direct:
		return nil, problem{"Invalid option", "-kubeconfig, -context and -namespace name a cluster, and so does DIR: use one or the other."}
	default:
		return s.declaredPlaces(ctx, f, dir)
	}
}

// directPlace is a cluster as the options name it: an environment "kubernetes" that
// nobody has declared.
func directPlace(f sweepFlags) (place, error) {
	set, err := registry.Builtin()
	if err != nil {
		return place{}, err
	}
	const typeName = "kubernetes"
	t, _ := set.Environment(typeName)
	sweeper, ok := providers.As[providers.WithSweep](t)
	if !ok {
		return place{}, problem{"Nothing to sweep", "This gameday offers no environment of type kubernetes."}
	}
	value, diags := hcldec.Decode(hcl.EmptyBody(), t.Schema().Spec(), nil)
	if diags.HasErrors() {
		return place{}, diags
	}
	attributes := value.AsValueMap()
	for name, given := range map[string]string{"kubeconfig": f.kubeconfig, "context": f.context} {
		if given != "" {
			attributes[name] = cty.StringVal(given)
		}
	}
	if len(f.namespaces) > 0 {
		var all []cty.Value
		for _, ns := range f.namespaces {
			all = append(all, cty.StringVal(ns))
		}
		attributes["namespaces"] = cty.ListVal(all)
	}
	here, err := workingDir()
	return place{name: "the cluster", sweep: sweeper, config: schema.NewValues(cty.ObjectVal(attributes)), dir: here}, err
}

// declaredPlaces are the environments of a configuration that can be swept.
func (s *session) declaredPlaces(ctx context.Context, f sweepFlags, dir string) ([]place, error) {
	c, diags := s.load(ctx, dir, &f.vars)
	if c.Set == nil || diags.HasErrors() {
		return nil, s.report(diags, c.Files())
	}
	run := cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(""), "dir": cty.StringVal("")})
	// Offline: the faults that are swept may keep an environment from being as it should.
	resolved, more := c.Resolve(ctx, resolve.Inputs{Run: run, Offline: true})
	if err := s.report(append(diags, more...), c.Files()); err != nil {
		return nil, err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	var out []place
	for _, e := range resolved.Environments {
		sweeper, ok := providers.As[providers.WithSweep](e.Type)
		if !ok {
			continue
		}
		values, wrong := e.Body.Decode(nil)
		if wrong.HasErrors() || !values.WhollyKnown() {
			return nil, errors.Join(problem{"Cannot sweep " + e.Addr.String(), "Its body depends on values that are known only during a run: name the cluster with -kubeconfig."}, s.report(wrong, c.Files()))
		}
		out = append(out, place{name: e.Addr.String(), sweep: sweeper, config: values, dir: full, at: &e.Config.DeclRange, files: c.Files()})
	}
	if len(out) == 0 {
		return nil, problem{"Nothing to sweep", "The configuration declares no environment in which faults could be left without their run: local processes end with theirs. \"gameday recover\" undoes what is in journals."}
	}
	return out, nil
}

// tellSwept says what was found and what became of it.
func (s *session) tellSwept(all []providers.Orphan, f sweepFlags) error {
	if f.asJSON {
		encoder := json.NewEncoder(s.Out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(struct {
			Orphans []providers.Orphan `json:"orphans"`
		}{all}); err != nil {
			return fmt.Errorf("writing output: %w", err)
		}
		return nil
	}
	if len(all) == 0 {
		return s.printf("Nothing was left.\n")
	}
	for _, o := range all {
		if err := s.printf("%s: %s\n", nameOf(o), fate(o)); err != nil {
			return err
		}
	}
	return nil
}

func nameOf(o providers.Orphan) string {
	text := o.Type
	if o.Address != "" {
		text = o.Address + " (" + o.Type + ")"
	}
	if len(o.Targets) > 0 {
		text += " on " + o.Targets[0].Name
		if more := len(o.Targets) - 1; more > 0 {
			text += fmt.Sprintf(" and %s", report.Plural(more, "more target"))
		}
	}
	if o.Run != "" {
		text += ", run " + o.Run
	}
	return text
}

func fate(o providers.Orphan) string {
	switch {
	case o.Error != "":
		return "NOT undone: " + o.Error
	case o.Kept != "":
		return "left alone: " + o.Kept
	case o.Undone:
		return "undone, verified"
	default:
		return "left behind; without -look it is undone"
	}
}

// sweptCode is 0 when nothing is left but what was to be left alone.
func sweptCode(all []providers.Orphan) int {
	for _, o := range all {
		if o.Error != "" {
			return verdict.ExitDirty
		}
	}
	return verdict.ExitPassed
}
