package host

import (
	"context"
	"errors"
	"fmt"
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
	answer, ended, err := try(ctx, p, method, run)
	if ended && more == again && ctx.Err() == nil {
		answer, _, err = try(ctx, p, method, run)
	}
	return answer, err
}

// try makes a call once, and reports whether the program ended meanwhile.
func try[R any](ctx context.Context, p *Plugin, method string, run func(context.Context, wire.ProviderClient) (R, error)) (answer R, ended bool, err error) {
	process, err := p.running(ctx)
	if err != nil {
		return answer, false, err
	}
	if answer, err = run(ctx, process.rpc); err == nil {
		return answer, false, nil
	}
	ended, err = p.judge(ctx, process, method, err)
	return answer, ended, err
}

// judge says what became of a call that failed: whether the program is gone, or does not answer at
// all any more, which comes to the same.
func (p *Plugin) judge(ctx context.Context, of *process, method string, err error) (ended bool, _ error) {
	code := status.Code(err)
	late := ctx.Err() // why the call was given up; the provider may see its deadline a moment earlier
	if late == nil && code == codes.DeadlineExceeded {
		late = context.DeadlineExceeded
	}
	switch {
	case code == codes.Unavailable && of.endsWithin(time.Second):
		return true, fmt.Errorf("the provider %s (%s) ended in the middle of %s%s", p.source.Name, p.source.Path, method, of.tail)
	case late != nil && (code == codes.DeadlineExceeded || code == codes.Canceled):
		if of.answers() {
			return false, fmt.Errorf("the provider %s has not answered %s: %w", p.source.Name, method, late)
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
