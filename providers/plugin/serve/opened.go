package serve

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// opened is something that was made by Open, with the type of its samples.
type opened struct {
	prober    providers.Prober
	streamer  providers.Streamer
	generator providers.Generator
	fields    cty.Type
	timeout   time.Duration // of one sample; 0: none
}

func (o opened) close() error {
	switch {
	case o.prober != nil:
		return o.prober.Close()
	case o.streamer != nil:
		return o.streamer.Close()
	}
	if closer, ok := o.generator.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// handles are what is open.
type handles struct {
	mu    sync.Mutex
	nonce string
	next  int
	open  map[string]opened
}

func (h *handles) add(o opened) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open == nil {
		h.open = map[string]opened{}
	}
	h.next++
	if h.nonce == "" {
		h.nonce = rand.Text() // of another process, a handle means nothing here
	}
	name := h.nonce + "-" + strconv.Itoa(h.next)
	h.open[name] = o
	return name
}

// get finds what is open. The error is what tells a client that it talks to another process than before.
func (h *handles) get(name string) (opened, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o, ok := h.open[name]
	if !ok {
		return opened{}, status.Errorf(codes.NotFound, "nothing is open under the handle %q", name)
	}
	return o, nil
}

func (h *handles) remove(name string) (opened, error) {
	o, err := h.get(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, name)
	return o, err
}

func (h *handles) closeAll() {
	h.mu.Lock()
	left := h.open
	h.open = nil
	h.mu.Unlock()
	for _, o := range left {
		go func() { // one that hangs or panics must not keep the others, and what is in place, from their end
			defer func() { _ = recover() }()
			_ = o.close() // there is nobody left to tell
		}()
	}
}

// OpenProbe makes a prober.
func (s *Server) OpenProbe(ctx context.Context, request *wire.OpenRequest) (*wire.OpenResponse, error) {
	probe, t, err := find[providers.Probe](s, providers.KindProbe, request.GetType())
	if err != nil {
		return nil, err
	}
	asked, err := openRequest(t, request)
	if err != nil {
		return nil, err
	}
	prober, diags := probe.Open(ctx, asked)
	if diags.HasErrors() {
		return &wire.OpenResponse{Diagnostics: convert.Diagnostics(diags)}, nil
	}
	return s.answer(opened{prober: prober, fields: probe.SampleType(), timeout: asked.Timeout}, diags), nil
}

// OpenLoad makes a generator.
func (s *Server) OpenLoad(ctx context.Context, request *wire.OpenRequest) (*wire.OpenResponse, error) {
	load, t, err := find[providers.Load](s, providers.KindLoad, request.GetType())
	if err != nil {
		return nil, err
	}
	asked, err := openRequest(t, request)
	if err != nil {
		return nil, err
	}
	generator, diags := load.Open(ctx, asked)
	if diags.HasErrors() {
		return &wire.OpenResponse{Diagnostics: convert.Diagnostics(diags)}, nil
	}
	answer := s.answer(opened{generator: generator}, diags)
	_, announces := generator.(announcer)
	_, completes := generator.(providers.Completer)
	answer.Completes = announces || completes
	return answer, nil
}

func (s *Server) answer(o opened, diags providers.Diagnostics) *wire.OpenResponse {
	return &wire.OpenResponse{Handle: s.opened.add(o), Diagnostics: convert.Diagnostics(diags)}
}

// openRequest reads what is to be opened.
func openRequest(t offered, request *wire.OpenRequest) (providers.OpenRequest, error) {
	values, err := t.values(request.GetConfig())
	if err != nil {
		return providers.OpenRequest{}, err
	}
	env, err := convert.StateFrom(request.GetEnvironment())
	if err != nil {
		return providers.OpenRequest{}, invalid(err)
	}
	return providers.OpenRequest{
		Address: request.GetAddress(), Config: values, Environment: env, Dir: request.GetDir(), Timeout: convert.Length(request.GetTimeout()),
	}, nil
}

// Sample measures once.
func (s *Server) Sample(ctx context.Context, request *wire.SampleRequest) (*wire.SampleResponse, error) {
	o, err := s.opened.get(request.GetHandle())
	if err != nil {
		return nil, err
	}
	if o.prober == nil {
		return nil, invalid(fmt.Errorf("the handle %q is not that of a prober", request.GetHandle()))
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	sample, err := convert.Sample(o.prober.Sample(ctx), o.fields)
	if err != nil {
		return nil, failed(err)
	}
	return &wire.SampleResponse{Sample: sample}, nil
}

// Close releases what was opened.
func (s *Server) Close(_ context.Context, request *wire.CloseRequest) (*wire.CloseResponse, error) {
	o, err := s.opened.remove(request.GetHandle())
	if err != nil {
		return nil, err
	}
	return &wire.CloseResponse{}, failed(o.close())
}
