package serve

import (
	"errors"
	"fmt"
	"sync"

	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

type upStream = grpc.BidiStreamingServer[wire.UpEnvironmentRequest, wire.UpEnvironmentResponse]

// UpEnvironment brings an environment up.
func (s *Server) UpEnvironment(stream upStream) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	handle, err := convert.HandleFrom(first.GetStart().GetHandle())
	if err != nil {
		return invalid(err)
	}
	environment, t, err := s.environment(handle.Type)
	if err != nil {
		return err
	}
	r := &rise{stream: stream, body: t}
	if !first.GetStart().GetLasting() {
		rising, err := s.ledger.up(handle)
		if err != nil {
			return failed(err)
		}
		defer rising()
	}
	state, diags := environment.Up(stream.Context(), providers.UpRequest{
		Handle: handle, Dir: first.GetStart().GetDir(), Configure: r.configure, Progress: r.progress,
		Lasting: first.GetStart().GetLasting(),
	})
	on, err := convert.State(state)
	if err != nil {
		return failed(err)
	}
	return r.send(&wire.UpEnvironmentResponse{Response: &wire.UpEnvironmentResponse_Done_{
		Done: &wire.UpEnvironmentResponse_Done{State: on, Diagnostics: convert.Diagnostics(diags)},
	}})
}

// rise is a conversation about an environment that comes up.
type rise struct {
	stream upStream
	body   offered

	mu sync.Mutex // of sending
}

func (r *rise) send(message *wire.UpEnvironmentResponse) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stream.Send(message)
}

func (r *rise) progress(step string) {
	_ = r.send(&wire.UpEnvironmentResponse{Response: &wire.UpEnvironmentResponse_Progress{Progress: convert.Text(step)}}) // who is gone needs none
}

// configure has gameday evaluate the body.
func (r *rise) configure(self cty.Value) (schema.Values, providers.Diagnostics) {
	values, err := r.ask(self)
	if err != nil {
		return schema.Values{}, providers.Errorf(nil, "The configuration of the environment could not be had", "%s.", err)
	}
	return values, nil
}

func (r *rise) ask(self cty.Value) (schema.Values, error) {
	data, err := convert.Dynamic(self)
	if err != nil {
		return schema.Values{}, fmt.Errorf("self: %w", err)
	}
	if err := r.send(&wire.UpEnvironmentResponse{Response: &wire.UpEnvironmentResponse_Configure{Configure: data}}); err != nil {
		return schema.Values{}, err
	}
	answer, err := r.stream.Recv()
	if err != nil {
		return schema.Values{}, err
	}
	if answer.GetConfigured() == nil || answer.GetConfigured().GetFailed() {
		return schema.Values{}, errors.New("gameday has said why")
	}
	return r.body.values(answer.GetConfigured().GetConfig())
}
