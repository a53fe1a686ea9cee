package serve

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// RunAction runs a step once.
func (s *Server) RunAction(ctx context.Context, request *wire.RunActionRequest) (*wire.RunActionResponse, error) {
	action, t, err := find[providers.Action](s, providers.KindAction, request.GetType())
	if err != nil {
		return nil, err
	}
	values, err := t.values(request.GetConfig())
	if err != nil {
		return nil, err
	}
	env, err := convert.StateFrom(request.GetEnvironment())
	if err != nil {
		return nil, invalid(err)
	}
	ctx, cancel := leftToItsEnd(ctx)
	defer cancel()
	result, err := action.Run(ctx, providers.ActionRequest{
		Address: request.GetAddress(), Config: values, Environment: env, Dir: request.GetDir(), Env: request.GetEnv(),
	})
	return &wire.RunActionResponse{Summary: convert.Text(result.Summary), Output: convert.Text(result.Output)}, failed(err)
}

// leftToItsEnd is the context of an action. It ends with the time of the call, and when gameday calls that off; not when
// gameday is killed, which cancels the call as well: half a repair may be worse than none.
func leftToItsEnd(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := withDeadlineOf(call)
	stop := context.AfterFunc(call, func() {
		if errors.Is(call.Err(), context.Canceled) && !cutOff(call) {
			cancel()
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// withDeadlineOf is a context that has nothing of the end of another but its deadline.
func withDeadlineOf(other context.Context) (context.Context, context.CancelFunc) {
	if deadline, has := other.Deadline(); has {
		return context.WithDeadline(context.WithoutCancel(other), deadline)
	}
	return context.WithCancel(context.WithoutCancel(other))
}

// cutOff reports whether a call that has ended did so with its connection. gRPC tells that only to who wants to send something: its
// context ends with the connection already closed, or else as that of a call that was called off.
func cutOff(call context.Context) bool {
	return status.Code(grpc.SendHeader(call, nil)) == codes.Unavailable
}
