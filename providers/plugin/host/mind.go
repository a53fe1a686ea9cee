package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// errClosed is for calls after the end.
var errClosed = errors.New("the provider has been closed")

// beginning is the start of a process, for which several calls may wait.
type beginning struct {
	done chan struct{}
	err  error // set before
}

// running is the process that runs, started if there is none. Whoever has no time to wait for that goes, and the
// start goes on.
func (p *Plugin) running(ctx context.Context) (*process, error) {
	for {
		found, begun, err := p.now(ctx)
		if found != nil || err != nil {
			return found, err
		}
		select {
		case <-begun.done:
			if begun.err != nil {
				return nil, begun.err
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("the provider %s is still being started: %w", p.source.Name, ctx.Err())
		}
	}
}

// now is the process that runs, or the start of one.
func (p *Plugin) now(ctx context.Context) (*process, *beginning, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, nil, errClosed
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case p.process != nil && p.process.alive():
		return p.process, nil, nil
	}
	if p.begun == nil {
		p.begun = &beginning{done: make(chan struct{})}
		begun := p.begun
		p.minding.Go(func() { p.begin(begun) })
	}
	return nil, p.begun, nil
}

// begin starts a process.
func (p *Plugin) begin(b *beginning) {
	defer close(b.done)
	started, err := p.startConfigured()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun, b.err = nil, err
	switch {
	case err != nil:
	case p.closed:
		b.err = errClosed
		p.minding.Go(started.end)
	default:
		p.process = started
		p.minding.Go(func() { p.mind(started) })
	}
}

// startConfigured starts a process, and hands it the provider block if there was one.
func (p *Plugin) startConfigured() (*process, error) {
	started, err := start(p.source, p.log)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	config := p.configured
	p.mu.Unlock()
	if config == nil {
		return started, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	answer, err := started.rpc.Configure(ctx, &wire.ConfigureRequest{Config: config})
	if diags := convert.DiagnosticsFrom(answer.GetDiagnostics()); err == nil && diags.HasErrors() {
		err = errors.New(diags[0].Summary + ": " + diags[0].Detail)
	}
	if err != nil {
		started.end()
		return nil, fmt.Errorf("configure the provider %s again: %w", p.source.Name, err)
	}
	return started, nil
}

// restarting reports whether a process is being started in place of one that ended.
func (p *Plugin) restarting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.begun != nil && p.process != nil
}

// mind waits for the end of a process, and has another revert what it had in place. It may have ended for us alone, so it
// is ended before.
func (p *Plugin) mind(of *process) {
	<-of.gone
	if p.isClosed() {
		return // whoever closes ends it
	}
	of.exits(logPatience)
	of.slay()
	var reverting sync.WaitGroup
	for _, record := range p.orphans(of) {
		reverting.Go(func() { p.revertOrphan(record) })
	}
	reverting.Wait()
}

func (p *Plugin) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

const (
	revertPatience = 10 * time.Second // after the deadline, when what stands beside the fault has ended it
	revertPause    = 200 * time.Millisecond
)

// orphans are the faults that a process that has ended had in place. That they are gone early is for the run to see.
func (p *Plugin) orphans(of *process) []providers.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	var records []providers.Record
	for id, fault := range p.inPlace {
		if fault.of == of {
			p.lost[id] = fmt.Sprintf("the provider %s (%s) ended while the fault was in place, which was reverted then%s", p.source.Name, p.source.Path, of.tail)
			records = append(records, fault.record)
		}
	}
	return records
}

// revertOrphan tries until it works, or somebody else has done it.
func (p *Plugin) revertOrphan(record providers.Record) {
	until := record.Deadline
	if now := time.Now(); until.Before(now) {
		until = now
	}
	ctx, cancel := context.WithDeadline(context.Background(), until.Add(revertPatience))
	defer cancel()
	ticker := time.NewTicker(revertPause)
	defer ticker.Stop()
	for p.isInPlace(record.ID) {
		err := p.revert(ctx, record)
		if err == nil || errors.Is(err, errClosed) {
			return
		}
		p.log.Warn("a fault of a provider that ended is not reverted yet", "fault", record.Address, "error", err)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// settle reverts what a process that has ended had in place, for a while.
func (p *Plugin) settle() {
	p.mu.Lock()
	var records []providers.Record
	if p.process != nil && !p.process.alive() {
		for _, fault := range p.inPlace {
			records = append(records, fault.record)
		}
	}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience+revertPatience)
	defer cancel()
	var reverting sync.WaitGroup
	for _, record := range records {
		reverting.Go(func() { _ = p.revert(ctx, record) }) // what stands beside it ends it at its deadline, and recover before
	}
	reverting.Wait()
}

func (p *Plugin) isInPlace(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, is := p.inPlace[id]
	return is
}

// injecting notes a fault before it is put in place.
func (p *Plugin) injecting(record providers.Record, by *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inPlace[record.ID] = placed{record, by}
}

// revert reverts a fault, and notes it.
func (p *Plugin) revert(ctx context.Context, record providers.Record) error {
	on, err := convert.Record(record)
	if err != nil {
		return err
	}
	_, err = call(ctx, p, "RevertFault", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.RevertFaultResponse, error) {
		return rpc.RevertFault(ctx, &wire.RevertFaultRequest{Record: on})
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.inPlace, record.ID)
	return nil
}

// whyLost is how the process of a fault ended; empty when it did not.
func (p *Plugin) whyLost(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost[id]
}
