package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/schema/config"
)

const initLong = `Find the providers that a configuration requires, start each once to see what it
is, and write down in .gameday.lock.hcl which programs were chosen. Every other
command runs these programs, and none that was changed since.

The source of a provider is "builtin", the path of a program, NAMESPACE/NAME of a
mirror (a directory with NAMESPACE/NAME/VERSION/OS_ARCH/gameday-provider-NAME), or
oci://REGISTRY/NAME of a registry of container images, whose tags are versions.
What comes from the latter two is copied to .gameday/providers.

Versions that are locked stay. With -upgrade the newest ones that the
configuration allows are taken, and programs that were replaced.`

// mirrorVariable is the environment variable that names a mirror.
const mirrorVariable = "GAMEDAY_PROVIDER_MIRROR"

type initFlags struct {
	mirror  string
	upgrade bool
}

func newInit(s *session) *cobra.Command {
	var flags initFlags
	cmd := &cobra.Command{
		Use:   "init [flags] [DIR]",
		Short: "Install the providers that a configuration requires",
		Long:  initLong,
		Args:  atMostOne("a directory"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return s.init(cmd.Context(), flags, first(args, "."))
	}
	cmd.Flags().StringVar(&flags.mirror, "mirror", os.Getenv(mirrorVariable), "look for providers below `DIR`; the default is the environment variable "+mirrorVariable)
	cmd.Flags().BoolVar(&flags.upgrade, "upgrade", false, "take newer versions, and programs that were replaced")
	return cmd
}

func (s *session) init(ctx context.Context, flags initFlags, dir string) error {
	cfg, diags := config.LoadDir(dir, config.WithVersion(releasedVersion()))
	required, more := cfg.Required()
	if err := s.report(append(diags, more...), cfg.Sources.Files()); err != nil {
		return err
	}
	lock, err := install.ReadLock(dir)
	if err != nil {
		return err
	}
	i, err := newInstallation(s, flags, dir, lock)
	if err != nil {
		return err
	}
	for _, r := range required {
		if err := i.install(ctx, r.Requirement()); err != nil {
			where := r.DeclRange
			i.wrong = append(i.wrong, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Cannot install the provider " + r.Name, Detail: sentence(err.Error()), Subject: &where,
			})
		}
	}
	if err := s.report(i.wrong, cfg.Sources.Files()); err != nil {
		return err
	}
	return i.finish()
}

// installation is the work of init.
type installation struct {
	*session

	flags    initFlags
	dir      string
	builtin  *providers.Set
	opened   *registry.Opened
	old      *install.Lock
	required []install.Requirement // that have a program
	lines    []string
	wrong    hcl.Diagnostics
	lock     install.Lock
}

func newInstallation(s *session, flags initFlags, dir string, lock *install.Lock) (*installation, error) {
	builtin, err := registry.Builtin()
	i := &installation{session: s, flags: flags, dir: dir, builtin: builtin, old: lock, opened: &registry.Opened{}}
	i.lock.Providers = append(i.lock.Providers, lock.Providers...)
	s.opened = append(s.opened, i.opened)
	return i, err
}

// install finds a provider and tries it.
func (i *installation) install(ctx context.Context, r install.Requirement) error {
	if r.Source == install.Builtin {
		return i.builtIn(r)
	}
	i.required = append(i.required, r)
	locked, has := i.old.Find(r.Name)
	stays := has && locked.Source == r.Source && !i.flags.upgrade
	if !stays {
		locked = install.Locked{}
	}
	found, err := install.Places{Dir: i.dir, Mirror: i.flags.mirror}.Choose(ctx, r, locked)
	if err != nil {
		return err
	}
	if stays && locked.Hashes[install.Platform()] != "" {
		if err := i.old.Verify(found); err != nil {
			return err
		}
	}
	provider, err := i.opened.Start(ctx, found, nil, Log(i.Err))
	if err != nil {
		return err
	}
	about := provider.Metadata()
	if found.Release != "" && found.Release != about.Version {
		return fmt.Errorf("its source has it as version %s, and the program says that it is %s", found.Release, about.Version)
	}
	i.lock.Pin(found, about.Version)
	i.lines = append(i.lines, fmt.Sprintf("%s\t%s\t%s\t%s", r.Name, about.Version, r.Source, counted(provider.Types())))
	return nil
}

func (i *installation) builtIn(r install.Requirement) error {
	p := i.builtin.Provider(r.Name)
	if p == nil {
		return fmt.Errorf("there is no built-in provider %q", r.Name)
	}
	if err := r.Fits(p.Metadata().Version); err != nil {
		return err
	}
	i.lines = append(i.lines, fmt.Sprintf("%s\t%s\tbuilt in\t%s", r.Name, p.Metadata().Version, counted(p.Types())))
	return nil
}

// finish writes the lock file, and says what was done.
func (i *installation) finish() error {
	i.lock.Keep(i.required)
	changed := !bytes.Equal(i.lock.Text(), i.old.Text())
	if changed {
		if err := i.lock.Write(i.dir); err != nil {
			return err
		}
	}
	if len(i.lines) == 0 {
		return i.printf("The configuration requires no providers: those that are built in need no required_providers.\n")
	}
	out := tabwriter.NewWriter(i.Out, 0, 0, 2, ' ', 0)
	for _, line := range i.lines {
		fmt.Fprintln(out, line)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	switch {
	case changed && len(i.required) > 0:
		return i.printf("\nWrote %s. Commit it, so that everybody runs the same providers.\n", install.LockFile)
	case len(i.required) > 0:
		return i.printf("\n%s is as it was.\n", install.LockFile)
	default:
		return nil
	}
}
