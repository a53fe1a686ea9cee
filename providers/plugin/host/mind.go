package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// errClosed is for calls after the end.
var errClosed = errors.New("the provider has been closed")

// running is the process that runs, started if there is none.
func (p *Plugin) running(ctx context.Context) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, errClosed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case p.process != nil && p.process.alive():
		return p.process, nil
	}
	p.starting.Store(p.process != nil)
	started, err := start(p.source, p.log)
	p.starting.Store(false)
	if err != nil {
		return nil, err
	}
	if p.configured != nil {
		if _, err := started.rpc.Configure(ctx, &wire.ConfigureRequest{Config: p.configured}); err != nil {
			started.end() // and nobody minds it
			return nil, fmt.Errorf("configure the provider %s again: %w", p.source.Name, err)
		}
	}
	p.process = started
	p.minding.Go(func() { p.mind(started) })
	return started, nil
}

// mind waits for the end of a process, and reverts what it had in place.
func (p *Plugin) mind(of *process) {
	<-of.gone
	defer of.release()
	for _, record := range p.orphans(of) {
		ctx, cancel := context.WithDeadline(context.Background(), record.Deadline.Add(revertPatience))
		p.revertOrphan(ctx, record)
		cancel()
	}
}

const (
	revertPatience = 10 * time.Second // after the deadline, when what stands beside the fault has ended it
	revertPause    = 200 * time.Millisecond
)

// orphans are the faults that were in place when a process ended. That they are gone early is for
// the run to see.
func (p *Plugin) orphans(of *process) []providers.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	var records []providers.Record
	for id, record := range p.inPlace {
		p.lost[id] = fmt.Sprintf("the provider %s (%s) ended while the fault was in place, which was reverted then%s", p.source.Name, p.source.Path, of.tail)
		records = append(records, record)
	}
	return records
}

// revertOrphan tries until it works, or somebody else has done it.
func (p *Plugin) revertOrphan(ctx context.Context, record providers.Record) {
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

func (p *Plugin) isInPlace(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, is := p.inPlace[id]
	return is
}

// injecting notes a fault before it is put in place.
func (p *Plugin) injecting(record providers.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inPlace[record.ID] = record
}

// revert reverts a fault, and notes it.
func (p *Plugin) revert(ctx context.Context, record providers.Record) error {
	_, err := call(ctx, p, "RevertFault", again, func(ctx context.Context, rpc wire.ProviderClient) (*wire.RevertFaultResponse, error) {
		return rpc.RevertFault(ctx, &wire.RevertFaultRequest{Record: convert.Record(record)})
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
