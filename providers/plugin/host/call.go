package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// repetition says whether a call may be made again when the program ended in the middle of it.
type repetition bool

const (
	once  repetition = false
	again repetition = true // it has no side effect, or twice is as once
)

// call makes a call to the program, which is started if it does not run. Errors say what to know
// of the program.
func call[R any](ctx context.Context, p *Plugin, method string, more repetition, run func(context.Context, wire.ProviderClient) (R, error)) (R, error) {
	return callJudged(ctx, p, method, more, p.judge, run)
}

// judging says what became of a call that failed: whether the program is gone, and an error.
type judging func(ctx context.Context, of *process, method string, err error) (ended bool, _ error)

func callJudged[R any](ctx context.Context, p *Plugin, method string, more repetition, judge judging, run func(context.Context, wire.ProviderClient) (R, error)) (R, error) {
	answer, ended, err := try(ctx, p, method, judge, run)
	if ended && more == again && ctx.Err() == nil {
		answer, _, err = try(ctx, p, method, judge, run)
	}
	return answer, err
}

// try makes a call once, and reports whether the program ended meanwhile.
func try[R any](ctx context.Context, p *Plugin, method string, judge judging, run func(context.Context, wire.ProviderClient) (R, error)) (answer R, ended bool, err error) {
	process, err := p.running(ctx)
	if err != nil {
		return answer, false, err
	}
	if answer, err = run(ctx, process.rpc); err == nil {
		return answer, false, nil
	}
	ended, err = judge(ctx, process, method, err)
	return answer, ended, err
}

// judge says what became of a call that failed: whether the program is gone, or does not answer at
// all any more, which comes to the same.
func (p *Plugin) judge(ctx context.Context, of *process, method string, err error) (ended bool, _ error) {
	code := status.Code(err)
	late := givenUp(ctx, err)
	switch {
	case code == codes.Unavailable && of.endsWithin(time.Second):
		return true, fmt.Errorf("the provider %s (%s) ended in the middle of %s%s", p.source.Name, p.source.Path, method, of.tail)
	case late != nil:
		if of.answers() {
			return false, p.unanswered(method, late)
		}
		of.slay()
		return true, fmt.Errorf("the provider %s (%s) hung in %s, answered nothing any more and was ended: %w%s", p.source.Name, p.source.Path, method, late, of.tail)
	case code == codes.Unknown || code == codes.InvalidArgument || code == codes.NotFound:
		return false, errors.New(status.Convert(err).Message()) // its own words
	case code == codes.Internal:
		return false, fmt.Errorf("the provider %s failed in %s: %s%s", p.source.Name, method, status.Convert(err).Message(), of.tail)
	default:
		return false, fmt.Errorf("the provider %s failed in %s: %w", p.source.Name, method, err)
	}
}

// givenUp is why a call was given up, if it was; the provider may see its deadline a moment earlier.
func givenUp(ctx context.Context, err error) error {
	code := status.Code(err)
	switch late := ctx.Err(); {
	case code != codes.DeadlineExceeded && code != codes.Canceled:
		return nil
	case late == nil && code == codes.DeadlineExceeded:
		return context.DeadlineExceeded
	default:
		return late
	}
}

func (p *Plugin) unanswered(method string, late error) error {
	return fmt.Errorf("the provider %s has not answered %s: %w", p.source.Name, method, late)
}

// judgeAtOnce is judge for who must not be kept: an answer that comes too late is taken for one that says something of
// the targets. Whether a program that has not answered in time answers anything is found out beside.
func (p *Plugin) judgeAtOnce(ctx context.Context, of *process, method string, err error) (ended bool, _ error) {
	late := givenUp(ctx, err)
	if late == nil {
		return p.judge(ctx, of, method, err)
	}
	p.doubt(of, method)
	return false, p.unanswered(method, late)
}

// doubt finds out whether a process answers anything, and ends it if not. Once at a time is enough for all calls that have
// had no answer. Close waits for it.
func (p *Plugin) doubt(of *process, method string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || !of.doubted.CompareAndSwap(false, true) {
		return
	}
	p.minding.Go(func() {
		defer of.doubted.Store(false)
		if of.answers() || !of.alive() {
			return
		}
		of.slay()
		p.log.Warn("a provider hung, answered nothing any more and was ended", "provider", p.source.Name, "program", p.source.Path, "in", method, "last", of.tail.String())
	})
}

// unsent is why a message could not be sent. gRPC says io.EOF of a call that has ended, and how it did to who receives.
func unsent[R any](err error, receive func() (R, error)) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	for {
		if _, err := receive(); err != nil {
			return err
		}
	}
}

// endsWithin waits for the end that a broken connection announces.
func (p *process) endsWithin(patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.gone:
		p.exits(logPatience)
		return true
	case <-timer.C:
		return false
	}
}
