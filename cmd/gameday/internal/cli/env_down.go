package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/runner/engine"
)

// envDown takes down what is remembered. One that fails does not keep the others.
func (s *session) envDown(ctx context.Context, targets []string, dir string) error {
	store, err := openEnvStore()
	if err != nil {
		return err
	}
	release, err := store.hold()
	if err != nil {
		return err
	}
	defer release()
	chosen, err := store.chosen(targets, dir)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return s.printf("Nothing is up that \"gameday env up\" has brought up.\n")
	}
	var failed error
	for _, r := range chosen {
		if err := s.envDownOne(ctx, store, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("taking %s down: %w", r.Address, err))
		}
	}
	return cmp.Or(failed, s.untold)
}

func (s *session) envDownOne(ctx context.Context, store envStore, r remembered) error {
	opened, broken := s.reopen(ctx, r.Plugins)
	if opened == nil {
		return broken
	}
	t, known := opened.Environment(r.Type)
	if !known {
		return errors.Join(fmt.Errorf("its type %s is not known to this version of gameday", r.Type), broken)
	}
	if err := engine.EndLasting(ctx, t, r.Handle); err != nil {
		return err
	}
	if err := store.forget(r.ID); err != nil {
		return err
	}
	s.tell("%s %s.\n", r.Address, ended(ctx, t, r, "is down, verified"))
	return nil
}

// ended says what became of an environment of which nothing that gameday brought
// is left: what still stands is somebody else's.
func ended(ctx context.Context, t providers.Environment, r remembered, gone string) string {
	state, err := engine.LookLasting(context.WithoutCancel(ctx), t, r.Handle)
	switch {
	case r.Existed && (err != nil || state != ""):
		return "existed before \"gameday env up\": it is left there"
	case err != nil || state == "":
		return gone
	default:
		return "was made by somebody else meanwhile: it is left there"
	}
}

// chosen is what is remembered of a configuration, or of all, and was asked for.
// Asking for what is not there is a slip, unless nothing is there at all.
func (e envStore) chosen(targets []string, dir string) ([]remembered, error) {
	list, err := e.all()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if list, err = ofConfiguration(list, dir); err != nil {
		return nil, err
	}
	var addresses []string
	var chosen []remembered
	for _, r := range list {
		addresses = append(addresses, r.Address)
		if len(targets) == 0 || slices.Contains(targets, r.Address) {
			chosen = append(chosen, r)
		}
	}
	if target, hint := missing(targets, addresses); target != "" {
		return nil, problem{"No such environment", fmt.Sprintf("Nothing was taken down: no environment %q is up.%s", target, hint)}
	}
	return chosen, nil
}

// ofConfiguration is what is remembered of the configuration in dir; all where it
// is empty.
func ofConfiguration(list []remembered, dir string) ([]remembered, error) {
	if dir == "" {
		return list, nil
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	var dirs []string
	var own []remembered
	for _, r := range list {
		dirs = append(dirs, r.Dir)
		if r.Dir == full {
			own = append(own, r)
		}
	}
	if len(own) > 0 {
		return own, nil
	}
	detail := fmt.Sprintf("Nothing was taken down: of the configuration %q nothing is up.", dir)
	if nearest := schema.Nearest(full, dirs); nearest != "" {
		detail += fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return nil, problem{"Nothing is up there", detail}
}
