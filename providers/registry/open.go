package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/plugin"
	"github.com/gameday-dev/gameday/providers/plugin/host"
)

// Request says which providers to open beside the built-in ones.
type Request struct {
	Dir      string // of the configuration, where its lock file is
	Required []install.Requirement
	Log      *slog.Logger // of the providers; nil: nowhere
	Options  []local.Option

	// Isolate has every built-in provider run as a program of its own, which is this one again: a
	// provider that breaks then breaks alone. The program must be gameday.
	Isolate bool
}

// Opened is every provider that a configuration can use.
type Opened struct {
	*providers.Set

	// Plugins are those that are programs of their own, as they were found.
	Plugins []install.Found

	running  []*host.Plugin
	isolated bool // the built-in providers are among them
}

// Open starts the programs that a configuration requires. Those that cannot be used are missing, each with the reason,
// and the set has all others. Close ends the programs.
func Open(ctx context.Context, r Request) (opened *Opened, missing map[string]error, err error) {
	o := &Opened{}
	missing = map[string]error{}
	err = o.start(ctx, r, missing)
	if err == nil {
		err = o.collect(r.Options)
	}
	if err != nil {
		o.Close()
		return nil, nil, err
	}
	return o, missing, nil
}

// start starts what is needed beside the built-in providers.
func (o *Opened) start(ctx context.Context, r Request, missing map[string]error) error {
	if r.Isolate {
		if err := o.isolate(ctx, r.Log); err != nil {
			return err
		}
	}
	needed := slices.DeleteFunc(slices.Clone(r.Required), func(required install.Requirement) bool {
		kind, err := install.KindOf(required.Source)
		return err != nil || kind == install.BuiltIn // what is wrong with it is said where the configuration is checked
	})
	if len(needed) == 0 {
		return nil
	}
	attach, err := plugin.Reattached(os.Getenv(plugin.ReattachVariable))
	if err != nil {
		return err
	}
	lock, err := install.ReadLock(r.Dir)
	if err != nil {
		return err
	}
	for _, required := range needed {
		if err := o.open(ctx, r, lock, required, attach[required.Name]); err != nil {
			missing[required.Name] = err
		}
	}
	return nil
}

// open starts one program.
func (o *Opened) open(ctx context.Context, r Request, lock *install.Lock, required install.Requirement, attach *goplugin.ReattachConfig) error {
	found := install.Found{Requirement: required, Path: "the process that " + plugin.ReattachVariable + " names"}
	if attach == nil {
		locked, has := lock.Find(required.Name)
		if !has {
			return install.ErrNotInstalled
		}
		var err error
		if found, err = (install.Places{Dir: r.Dir}).Again(required, locked); err != nil {
			return fmt.Errorf("%w: run gameday init", err)
		}
		if found.LockedIn, err = filepath.Abs(r.Dir); err != nil {
			return fmt.Errorf("find %s: %w", r.Dir, err)
		}
		if err := lock.Verify(found); err != nil {
			return err
		}
	}
	_, err := o.Start(ctx, found, attach, r.Log)
	return err
}

// Start starts a program that was found, and checks its version.
func (o *Opened) Start(ctx context.Context, found install.Found, attach *goplugin.ReattachConfig, log *slog.Logger) (providers.Provider, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	p, err := host.Start(ctx, host.Source{Name: found.Name, Path: found.Path, SHA256: found.SHA256, Env: found.Env, Reattach: attach}, log)
	if err != nil {
		return nil, err
	}
	o.running = append(o.running, p)
	o.Plugins = append(o.Plugins, found)
	return p, found.Fits(p.Metadata().Version)
}

// collect makes the set.
func (o *Opened) collect(options []local.Option) error {
	var all []providers.Provider
	if !o.isolated {
		all = builtin(options)
	}
	for _, p := range o.running {
		all = append(all, p)
	}
	var err error
	o.Set, err = providers.NewSet(all...)
	return err
}

// Reopen starts the programs that a run has used, for what is left to undo. Those that cannot be started are
// an error beside the set.
func Reopen(ctx context.Context, used []install.Found, log *slog.Logger) (*Opened, error) {
	attach, err := plugin.Reattached(os.Getenv(plugin.ReattachVariable))
	if err != nil {
		return nil, err
	}
	o := &Opened{}
	var errs []error
	for _, found := range used {
		if _, err := o.Start(ctx, asLocked(found), attach[found.Name], log); err != nil {
			errs = append(errs, fmt.Errorf("the provider %s, which the run has used: %w", found.Name, err))
		}
	}
	if err := o.collect(nil); err != nil {
		o.Close()
		return nil, errors.Join(append(errs, err)...)
	}
	return o, errors.Join(errs...)
}

// asLocked is a program as it was used, or as the lock file has it now: who has replaced it on purpose has another
// one that knows its records, or says that it does not.
func asLocked(found install.Found) install.Found {
	lock, err := install.ReadLock(found.LockedIn)
	if err != nil {
		return found
	}
	now, err := (install.Places{}).Again(install.Requirement{Name: found.Name, Source: found.Path}, install.Locked{})
	if err != nil {
		return found
	}
	replaced := found
	replaced.SHA256 = now.SHA256
	if lock.Verify(replaced) != nil {
		return found
	}
	return replaced
}

// Close ends the programs, which undo what they have in place.
func (o *Opened) Close() {
	for _, p := range o.running {
		p.Close()
	}
}
