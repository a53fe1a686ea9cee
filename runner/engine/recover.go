package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/addr"
)

// RecoverRequest asks for what a killed run left to be undone.
type RecoverRequest struct {
	Held *journal.Held // the lock on the run's journal, also while Bus and its reports are opened and closed
	Set  *providers.Set
	Bus  *event.Bus // that continues the run's stream
	Mend string     // the command that undoes what this recover may leave

	Unended bool // the run's events have no end, as those of a run that was killed, or whose disk was full
}

// Recovery is what recover did.
type Recovery struct {
	Run          string
	Faults       int      // undone and verified
	Environments int      // ended and verified
	Left         []string // what could not be undone, with the reason
	Ended        bool     // there was nothing to undo, and the end of the run's events was missing
}

// Recover undoes what the journal in a run's folder left open, in reverse order:
// faults, then environments. It needs nothing of the run's process or of its
// configuration, and may be called again. A corrupt journal is an error that comes
// after everything before the corrupt line has been undone.
func Recover(ctx context.Context, req RecoverRequest) (Recovery, error) {
	replay, readErr := journal.Read(req.Held.Dir())
	if replay == nil {
		return Recovery{}, readErr
	}
	out := Recovery{Run: replay.Started.Run}
	if replay.Clean() && replay.Finished != nil {
		if out.Ended = req.Unended; out.Ended {
			req.Bus.Emit(toldBefore(replay.Finished))
		}
		return out, readErr
	}
	r := recovery{RecoverRequest: req, out: &out}
	log, err := req.Held.Resume(time.Now)
	var corrupt *journal.CorruptError
	switch {
	case errors.As(err, &corrupt):
		r.log = nowhere{} // it cannot be continued, and what it says still counts
	case err != nil:
		return out, err
	default:
		defer func() { _ = log.Close() }() // every entry was synced when it was written
		r.log = log
	}
	r.undoAll(ctx, replay)
	return out, readErr
}

// recovery is the state of one Recover.
type recovery struct {
	RecoverRequest
	log Journal
	mu  sync.Mutex // of out, while faults are undone beside each other
	out *Recovery
}

// nowhere takes the entries of a journal that cannot be written any more.
type nowhere struct{}

func (nowhere) Append(journal.Type, any) error { return nil }

func (r *recovery) undoAll(ctx context.Context, replay *journal.Replay) {
	started := time.Now()
	var reverts turns
	for _, record := range slices.Backward(replay.Faults) {
		reverts.next(func(tried func()) { r.fault(ctx, record, tried) })
	}
	reverts.join()
	for _, handle := range slices.Backward(replay.Environments) {
		r.environment(ctx, handle)
	}
	finished := r.finished(ended(replay), time.Since(started))
	r.Bus.Emit(finished)
	if finished.Dirty {
		return // the journal stays open: recover can be tried again
	}
	r.note(r.log.Append(journal.RunFinished, journal.Finished{Verdict: string(finished.Verdict), ExitCode: finished.ExitCode}))
}

// finished says how things stand now. It has no counts, by which reports know that
// its time is not that of the run.
func (r *recovery) finished(v verdict.Verdict, took time.Duration) event.RunFinished {
	dirty := len(r.out.Left) > 0
	out := event.RunFinished{Verdict: v, ExitCode: verdict.ExitCode(v, dirty, 0), Dirty: dirty, Seconds: took.Seconds()}
	if dirty && r.Mend != "" {
		out.Mend = []string{r.Mend}
	}
	return out
}

// toldBefore is the end that the run came to, as its journal has it. It has no
// counts for the same reason.
func toldBefore(f *journal.Finished) event.RunFinished {
	return event.RunFinished{Verdict: verdict.Verdict(f.Verdict), ExitCode: f.ExitCode, Dirty: f.ExitCode == verdict.ExitDirty}
}

// ended is the verdict of the run: what it said itself, if it came to that.
func ended(replay *journal.Replay) verdict.Verdict {
	if replay.Finished != nil {
		return verdict.Verdict(replay.Finished.Verdict)
	}
	return verdict.Aborted
}

func (r *recovery) fault(ctx context.Context, record providers.Record, tried func()) {
	experiment, local := splitFault(record.Address)
	r.Bus.Emit(event.FaultReverting{Experiment: experiment, Fault: local, ID: record.ID})
	started := time.Now()
	took, err := tries{}, fmt.Errorf("its type %s is not known to this version of gameday", record.Type)
	if t, ok := r.Set.Fault(record.Type); ok {
		took, err = undo(ctx, t, record, tried)
	}
	out := event.FaultReverted{
		Experiment: experiment, Fault: local, ID: record.ID, Verified: err == nil, Attempts: took.attempts, Retried: took.why, Seconds: time.Since(started).Seconds(),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.out.Faults++
		r.note(r.log.Append(journal.FaultReverted, journal.Fault{ID: record.ID}))
	} else {
		out.Error, out.Mend = err.Error(), r.Mend
		r.out.Left = append(r.out.Left, fmt.Sprintf("%s: %v", record.Address, err))
	}
	r.Bus.Emit(out)
	tellUnsettled(r.Bus, experiment, local, took)
}

func (r *recovery) environment(ctx context.Context, handle providers.EnvironmentHandle) {
	started := time.Now()
	var left []string
	err := fmt.Errorf("its type %s is not known to this version of gameday", handle.Type)
	if t, ok := r.Set.Environment(handle.Type); ok {
		left, err = takeDown(ctx, t, handle)
	}
	out := event.EnvironmentStopped{Environment: handle.Address, Seconds: time.Since(started).Seconds(), Leftovers: left}
	switch {
	case err != nil:
		out.Error = err.Error()
		r.out.Left = append(r.out.Left, fmt.Sprintf("%s: %v", handle.Address, err))
	case len(left) > 0:
		r.out.Left = append(r.out.Left, fmt.Sprintf("%s: %s", handle.Address, strings.Join(left, ", ")))
	default:
		r.out.Environments++
		r.note(r.log.Append(journal.EnvironmentDown, journal.Environment{Address: handle.Address}))
	}
	r.Bus.Emit(out)
}

// note tells of a journal that could not be written; the undo itself stands.
func (r *recovery) note(err error) {
	if err != nil {
		r.Bus.Emit(event.Notice{Text: err.Error()})
	}
}

// splitFault takes an address apart: `experiment.x` and `fault.y["k"]`. What is no
// address of a fault is cut where it looks like one.
func splitFault(address string) (experiment, local string) {
	if experiment, local, found := addr.CutPart(address); found {
		return experiment, local
	}
	experiment, local, found := strings.Cut(address, ".fault.")
	if !found {
		return address, address
	}
	return experiment, "fault." + local
}
