package agent

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// Reaper undoes what the claims of a run in a namespace say, when their time is over.
type Reaper struct {
	Store     claim.Store
	RunID     string
	Namespace string
	Name      string // of its service account
	Log       *slog.Logger
	Every     time.Duration // between two looks
	Settle    time.Duration // after a deadline, and after an undo

	tries   map[string]try
	again   map[string]second // what was undone and will be looked at once more
	account account
}

// try is a claim whose undo failed.
type try struct {
	at   time.Time // of the next one
	wait time.Duration
}

type second struct {
	at   time.Time
	held claim.Held
}

// mostWait is between two attempts to undo a claim: an API server that is back, or
// an object that can be changed again, is found within this.
const mostWait = 10 * time.Second

// callPatience bounds a look, and one claim's undo.
const callPatience = 15 * time.Second

// Run works until nothing is left to do, or until ctx ends. What fails is tried
// again: there is nobody else to tell.
func (r *Reaper) Run(ctx context.Context) error {
	r.tries, r.again = map[string]try{}, map[string]second{}
	ticker := time.NewTicker(r.Every)
	defer ticker.Stop()
	for {
		gone, err := r.look(ctx, time.Now())
		if gone {
			r.Log.Info("nothing is left to do")
			return nil
		}
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("will be tried again", "error", err.Error())
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look does what is due. It polls: there are few claims, their deadlines are known
// long before, and a watch that silently ended would be worse than a second's delay.
func (r *Reaper) look(ctx context.Context, now time.Time) (gone bool, err error) {
	within, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	held, err := r.Store.OfRun(within, r.RunID, r.Namespace)
	if err != nil {
		return false, err
	}
	if err := r.account.watching(within, r); err != nil {
		return false, err
	}
	standing := 0
	for _, h := range held {
		if h.Broken == nil {
			standing += r.tend(ctx, h, now)
		} else if r.tries[h.Name].at.IsZero() {
			r.tries[h.Name] = try{at: now}
			r.Log.Error("left alone", "error", h.Broken.Error())
		}
	}
	r.lookAgain(ctx, now)
	if standing > 0 || len(r.again) > 0 {
		r.account.busy(now)
		return false, nil
	}
	return r.account.leave(within, r, now)
}

// tend undoes a claim whose time is over by the cluster's clock, which also says when the
// Lease was made: on a node that is behind, the fault would last for as much longer. Waits
// are by this machine's clock. It returns 1 while the claim is this reaper's to keep.
func (r *Reaper) tend(ctx context.Context, h claim.Held, now time.Time) int {
	t := r.tries[h.Claim.ID]
	if h.When(now).Before(h.Expires.Add(r.Settle)) || now.Before(t.at) {
		return 1
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	err := r.Store.Undo(ctx, h)
	switch {
	case err == nil:
		r.Log.Info("undone", "fault", h.Claim.Address, "id", h.Claim.ID, "type", h.Claim.Type)
		delete(r.tries, h.Claim.ID)
		r.again[h.Claim.ID] = second{now.Add(r.Settle), h}
		return 0
	case errors.Is(err, claim.ErrNodes):
		return 0 // the timer beside the node undoes it; its claim is for sweep to remove
	}
	t.wait = min(max(t.wait*2, r.Every), mostWait)
	t.at = now.Add(t.wait)
	r.tries[h.Claim.ID] = t
	r.Log.Warn("not undone yet", "fault", h.Claim.Address, "id", h.Claim.ID, "error", err.Error(), "again", t.wait.String())
	return 1
}

// lookAgain undoes what a slow runner did between the undo and the removal of its
// claim.
func (r *Reaper) lookAgain(ctx context.Context, now time.Time) {
	for id, s := range r.again {
		if now.Before(s.at) {
			continue
		}
		left, err := r.Store.Standing(ctx, s.held.Claim)
		if err == nil && len(left) > 0 {
			err = r.Store.Undo(ctx, s.held)
		}
		if err != nil {
			r.Log.Warn("not looked at again yet", "id", id, "error", err.Error())
			continue
		}
		delete(r.again, id)
	}
}
