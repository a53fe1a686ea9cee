package claim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// ErrReleased says that a claim is gone: its fault is over, whoever has undone it.
var ErrReleased = errors.New("the claim is gone, so that its fault is over")

// tries bounds how often a change is written against others' writes.
const tries = 5

// Extend adds targets to the part of a claim in one namespace, and the steps that undo
// what will be done to them; nothing may be done to them before, nor before Contested has
// said that nobody else holds them. What is in the claim already stays once. A claim that
// is gone is ErrReleased.
func (s Store) Extend(ctx context.Context, id, namespace string, targets []Target, steps []undo.Step) error {
	return s.edit(ctx, id, namespace, func(c *Claim) { c.add(targets, steps) })
}

// edit changes the part of a claim in one namespace.
func (s Store) edit(ctx context.Context, id, namespace string, change func(*Claim)) error {
	var err error
	for range tries {
		if err = s.tryEdit(ctx, id, namespace, change); !undo.IsConflict(err) {
			break
		}
	}
	if undo.IsNotFound(err) {
		return ErrReleased
	}
	return err
}

func (s Store) tryEdit(ctx context.Context, id, namespace string, change func(*Claim)) error {
	path := Path(namespace, id)
	found, err := s.API.Get(ctx, path)
	if err != nil {
		return err
	}
	h := read(found)
	if h.Broken != nil {
		return h.Broken
	}
	before := len(h.Claim.Targets) + len(h.Claim.Steps)
	change(&h.Claim)
	if len(h.Claim.Targets)+len(h.Claim.Steps) == before {
		return nil
	}
	text, err := text(h)
	if err != nil {
		return err
	}
	metadata, _ := found["metadata"].(map[string]any)
	return s.API.Merge(ctx, path, map[string]any{"metadata": map[string]any{
		"resourceVersion": metadata["resourceVersion"], // as it was read, or not at all
		"annotations":     map[string]any{Annotation: text},
	}})
}

// add adds what is not there yet.
func (c *Claim) add(targets []Target, steps []undo.Step) {
	for _, t := range targets {
		if !slices.Contains(c.Targets, t) {
			c.Targets = append(c.Targets, t)
		}
	}
	for _, step := range steps {
		if !slices.Contains(c.Steps, step) {
			c.Steps = append(c.Steps, step)
		}
	}
}

// Whole is a claim with what was added to it since it was made, as far as it stands.
func (s Store) Whole(ctx context.Context, c Claim) (Claim, error) {
	c.Targets, c.Steps = slices.Clone(c.Targets), slices.Clone(c.Steps)
	for _, ns := range c.Namespaces() {
		found, err := s.API.Get(ctx, Path(ns, c.ID))
		if undo.IsNotFound(err) {
			continue
		}
		if err != nil {
			return c, fmt.Errorf("read what was added to the claim of %s: %w", c.Address, err)
		}
		h := read(found)
		if h.Broken != nil {
			return c, h.Broken
		}
		c.add(h.Claim.Targets, h.Claim.Steps)
	}
	return c, nil
}
