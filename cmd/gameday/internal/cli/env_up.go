package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// envUp brings environments up one after the other.
func (s *session) envUp(ctx context.Context, flags envFlags, dir string) error {
	store, err := openEnvStore()
	if err != nil {
		return err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("finding %s: %w", dir, err)
	}
	id := ulid.Make().String()
	chosen, err := s.lasting(ctx, flags, dir, id, store.folder(id))
	if err != nil {
		return err
	}
	release, err := store.hold()
	if err != nil {
		return err
	}
	defer release()
	for _, def := range chosen {
		if err := s.envUpOne(ctx, store, def, full); err != nil {
			return err
		}
	}
	return s.untold
}

func (s *session) envUpOne(ctx context.Context, store envStore, def *resolve.Environment, dir string) error {
	r, err := s.envPrepared(ctx, store, def, dir)
	if err != nil {
		return err
	}
	again := r.Up
	var mu sync.Mutex // providers may tell from any goroutine
	state, err := engine.StartLasting(ctx, def, r.Handle, func(step string) {
		mu.Lock()
		defer mu.Unlock()
		_ = s.printf("%s: %s\n", r.Address, step) // not worth ending for
	})
	if err != nil && again {
		return problem{capital(err.Error()), r.Address + " was up before, and is left there: \"gameday env down\" takes it down."}
	}
	if err != nil {
		return s.envUndo(ctx, store, def, r, err)
	}
	if r.Up = true; !again {
		r.Since = time.Now()
	}
	if err := store.save(r); err != nil {
		return err
	}
	s.tell("%s is up%s.\n", r.Address, whereabouts(state.Outputs))
	return nil
}

// envPrepared is what is remembered and stands, or was just prepared and is
// remembered now.
func (s *session) envPrepared(ctx context.Context, store envStore, def *resolve.Environment, dir string) (remembered, error) {
	r, found, err := store.find(def.Addr.String(), dir)
	if err != nil {
		return r, err
	}
	if found && r.Up {
		if stands, err := s.envStands(ctx, def, r); err != nil || stands {
			return r, err
		}
	}
	if found { // one that was killed in the middle, or that somebody took away, begins again
		if err := engine.EndLasting(ctx, def.Type, r.Handle); err != nil {
			return r, err
		}
		if err := store.forget(r.ID); err != nil {
			return r, err
		}
	}
	return s.envPrepare(ctx, store, def, dir)
}

// envStands looks whether what was up still is. What is made anew in its place is
// taken down again when that fails, as what is made for the first time.
func (s *session) envStands(ctx context.Context, def *resolve.Environment, r remembered) (bool, error) {
	state, err := engine.LookLasting(ctx, def.Type, r.Handle)
	if err != nil {
		return false, fmt.Errorf("looking whether %s is still up: %w", r.Address, err)
	}
	if state == "" {
		s.tell("%s is gone: it is brought up anew.\n", r.Address)
	}
	return state != "", nil
}

func (s *session) envPrepare(ctx context.Context, store envStore, def *resolve.Environment, dir string) (remembered, error) {
	r := remembered{ID: ulid.Make().String(), Address: def.Addr.String(), Type: def.Type.TypeName(), Dir: dir, Since: time.Now(), Plugins: s.plugins()}
	var err error
	r.Handle, err = engine.PrepareLasting(ctx, engine.LastingRequest{Environment: def, ID: r.ID, Dir: store.folder(r.ID)})
	if err != nil {
		return r, err
	}
	state, err := engine.LookLasting(ctx, def.Type, r.Handle)
	if err != nil {
		return r, fmt.Errorf("looking whether %s exists: %w", r.Address, err)
	}
	r.Existed = state != ""
	return r, store.save(r)
}

// envUndo takes down what was reached by an environment that did not come up.
func (s *session) envUndo(ctx context.Context, store envStore, def *resolve.Environment, r remembered, cause error) error {
	if err := engine.EndLasting(ctx, def.Type, r.Handle); err != nil {
		return problem{capital(cause.Error()), "What was reached could not be taken down: " + err.Error() + ". Try \"gameday env down\"."}
	}
	if ctx.Err() == nil {
		return errors.Join(cause, store.forgetButLogs(r.ID))
	}
	if err := store.forget(r.ID); err != nil {
		return err
	}
	return problem{"Interrupted", r.Address + " " + ended(ctx, def.Type, r, "was taken down again, verified") + "."}
}

// whereabouts says how to reach a cluster, if that is what came up.
func whereabouts(outputs cty.Value) string {
	text := ""
	for _, name := range []string{"context", "kubeconfig"} {
		if outputs == cty.NilVal || !outputs.Type().IsObjectType() || !outputs.Type().HasAttribute(name) {
			continue
		}
		if value := outputs.GetAttr(name); value.IsKnown() && !value.IsNull() && value.Type() == cty.String && value.AsString() != "" {
			text += fmt.Sprintf(", %s %s", name, value.AsString())
		}
	}
	return text
}
