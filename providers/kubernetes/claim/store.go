package claim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Store keeps claims in a cluster.
type Store struct {
	API undo.API

	// UndoNode takes back what was done to a node. Nil where nodes can't be reached.
	UndoNode func(ctx context.Context, id string, step NodeStep) error

	// UndoPod takes back what was done inside a pod, of a fault with this deadline by the clock of this machine. Nil
	// where agents in pods can't be spoken to.
	UndoPod func(ctx context.Context, id string, step PodStep, deadline time.Time) error
}

// List reads the claims in namespaces, and those on the cluster as a whole where that
// is allowed; without any namespace, those of the whole cluster. A claim that can't be
// read is among them, and says why.
func (s Store) List(ctx context.Context, namespaces ...string) ([]Held, error) {
	if len(namespaces) == 0 {
		return s.list(ctx, group+"/leases", Label)
	}
	if slices.Contains(namespaces, ClusterNamespace) {
		return s.listIn(ctx, Label, namespaces...)
	}
	var all, more []Held
	var err, moreErr error
	var group sync.WaitGroup
	group.Go(func() { all, err = s.listIn(ctx, Label, namespaces...) })
	group.Go(func() { more, moreErr = s.listIn(ctx, Label, ClusterNamespace) })
	group.Wait()
	if undo.IsForbidden(moreErr) {
		moreErr = nil // who may not look there acts in namespaces only
	}
	return append(all, more...), cmp.Or(err, moreErr)
}

// OfRun reads the claims of one run in one namespace.
func (s Store) OfRun(ctx context.Context, run, namespace string) ([]Held, error) {
	return s.listIn(ctx, Label+","+undo.LabelRun+"="+run, namespace)
}

func (s Store) listIn(ctx context.Context, selector string, namespaces ...string) ([]Held, error) {
	var all []Held
	for _, ns := range namespaces {
		held, err := s.list(ctx, collection(ns), selector)
		if err != nil {
			return nil, err
		}
		all = append(all, held...)
	}
	return all, nil
}

// page is how many claims one answer holds: they may be long.
const page = "100"

func (s Store) list(ctx context.Context, path, selector string) ([]Held, error) {
	query := url.Values{"labelSelector": {selector}, "limit": {page}}
	var out []Held
	for {
		answer, at, err := s.API.GetAt(ctx, path+"?"+query.Encode())
		if err != nil {
			return nil, fmt.Errorf("read the claims: %w", err)
		}
		items, _ := answer["items"].([]any)
		for _, item := range items {
			h := read(item)
			h.Read = at
			out = append(out, h)
		}
		metadata, _ := answer["metadata"].(map[string]any)
		next, _ := metadata["continue"].(string)
		if next == "" {
			return out, nil
		}
		query.Set("continue", next)
	}
}

func (s Store) undoSteps(ctx context.Context, c Claim) error {
	if err := s.API.UndoAll(ctx, c.ID, c.Steps); err != nil {
		return err
	}
	left, err := s.Standing(ctx, c)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%s is still changed", left[0].Path)
	}
	return err
}

func (s Store) undoNodes(ctx context.Context, c Claim) error {
	var failed error
	for _, step := range slices.Backward(c.Nodes) {
		err := ErrNodes
		if s.UndoNode != nil {
			err = s.UndoNode(ctx, c.ID, step)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("node %s: %w", step.Node, err))
		}
	}
	return failed
}

// undoPods speaks to the agents in pods. After the deadline there is nothing left of
// what they did, whoever looks: they measure how long is left, as the Lease does.
func (s Store) undoPods(ctx context.Context, h Held) error {
	if s.UndoPod == nil {
		if len(h.Claim.Pods) > 0 && h.When(time.Now()).Before(h.Expires) {
			return ErrPods
		}
		return nil
	}
	var failed error
	deadline := h.ends(time.Now())
	for _, step := range slices.Backward(h.Claim.Pods) {
		failed = errors.Join(failed, s.UndoPod(ctx, h.Claim.ID, step, deadline))
	}
	return failed
}

// ErrPods says that a fault was done inside pods, whose agents can't be spoken to from
// here.
var ErrPods = errors.New("it was done inside pods, and ends there by itself at its deadline: before that, gameday recover or gameday sweep can undo it")

// ErrNodes says that a fault was done to nodes, which can't be reached from here.
var ErrNodes = errors.New("it was done to the node itself: gameday recover or gameday sweep can undo it")

// Standing are the steps of a claim that are done and not undone.
func (s Store) Standing(ctx context.Context, c Claim) ([]undo.Step, error) {
	return s.API.Standing(ctx, c.ID, c.Steps)
}

// Release removes a claim: all its parts. What is gone is no error.
func (s Store) Release(ctx context.Context, c Claim) error {
	var failed error
	for _, ns := range c.Namespaces() {
		failed = errors.Join(failed, s.release(ctx, ns, c.ID))
	}
	return failed
}

func (s Store) release(ctx context.Context, namespace, id string) error {
	return s.API.Undo(ctx, id, undo.Step{Kind: undo.Remove, Path: Path(namespace, id)})
}

// Stands reports whether all parts of a claim are there, and whether any is.
func (s Store) Stands(ctx context.Context, c Claim) (all, some bool, err error) {
	all = true
	for _, ns := range c.Namespaces() {
		state, err := s.API.State(ctx, c.ID, undo.Step{Kind: undo.Remove, Path: Path(ns, c.ID)})
		if err != nil {
			return false, false, err
		}
		all, some = all && state == undo.Present, some || state == undo.Present
	}
	return all, some, nil
}
