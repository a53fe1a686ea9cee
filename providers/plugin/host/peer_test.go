package host

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// raw is a codec that leaves messages as they are.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}

func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

// peer is a plugin that answers every call with the same bytes, whatever was asked.
func peer(t testing.TB, answer []byte) *Plugin {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.ForceServerCodecV2(raw{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var request []byte
		if err := stream.RecvMsg(&request); err != nil {
			return err
		}
		return stream.SendMsg(&answer)
	}))
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	conn, err := grpc.NewClient("passthrough:peer", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<20)))
	require.NoError(t, err)
	gone := make(chan struct{})
	t.Cleanup(func() {
		close(gone)
		_ = conn.Close()
		server.Stop()
		<-served
	})
	return &Plugin{
		source: Source{Name: "peer", Path: "/peer"}, log: slog.New(slog.DiscardHandler), inPlace: map[string]placed{}, lost: map[string]string{},
		process: &process{rpc: wire.NewProviderClient(conn), health: grpc_health_v1.NewHealthClient(conn), tail: &tail{}, gone: gone, leave: func() {}, conn: conn},
	}
}

// askEverything makes every call there is. None may panic, hang or be believed where it cannot be.
func askEverything(t testing.TB, p *Plugin) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	block := &schema.Block{Description: "B.", Attributes: []schema.Attribute{{Name: "a", Type: schema.Type{Kind: schema.String}, Description: "A."}}}
	values := schema.NewValues(cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("x")}))
	base := typ{plugin: p, kind: providers.KindFault, name: "peer_x", block: block, described: &wire.Type{}}
	record := providers.Record{ID: "id", Type: "peer_x", Version: 1, Deadline: time.Now().Add(time.Minute)}

	f := fault{base}
	f.Validate(ctx, values)
	f.Summary(values)
	_, _ = f.Plan(ctx, providers.FaultPlanRequest{Config: values})
	if got, diags := f.Prepare(ctx, providers.PrepareRequest{ID: "id", Config: values, Deadline: record.Deadline}); !diags.HasErrors() {
		assert.Equal(t, "id", got.ID)
		assert.Equal(t, "peer_x", got.Type)
	}
	_ = f.StandBy(ctx, providers.StandbyRequest{Config: values})
	_ = f.Inject(ctx, providers.InjectRequest{Record: record, Config: values})
	_, _ = f.Observe(ctx, record)
	_ = f.Revert(ctx, record)

	if prober, diags := (probe{base, cty.EmptyObject}).Open(ctx, providers.OpenRequest{Config: values}); !diags.HasErrors() {
		prober.Sample(ctx)
		_ = prober.Close()
	}
	if generator, diags := (load{base}).Open(ctx, providers.OpenRequest{Config: values}); !diags.HasErrors() {
		_ = generator.Run(ctx, func(providers.LoadSample) {})
	}
	_, _ = action{base}.Run(ctx, providers.ActionRequest{Config: values})

	e, handle := environment{base}, providers.EnvironmentHandle{Type: "peer_x"}
	_, _ = e.Plan(ctx, providers.EnvironmentPlanRequest{Config: values})
	_, _ = e.Prepare(ctx, providers.EnvironmentPrepareRequest{Config: values})
	_, _ = e.Up(ctx, providers.UpRequest{Handle: handle, Progress: func(string) {}, Configure: func(cty.Value) (schema.Values, providers.Diagnostics) { return values, nil }})
	_, _ = e.Leftovers(ctx, handle)
	_, _ = e.Standing(ctx, handle)
	_ = e.KeepLogs(ctx, handle, func(string) {})
	_, _ = e.Sweep(ctx, providers.SweepRequest{Config: values})
	_ = e.Down(ctx, handle)
	e.RunsInside(providers.KindProbe, "http")
	_, _ = e.CheckInside(ctx, providers.EnvironmentState{})
	if streamer, diags := e.OpenProbe(ctx, providers.InsideRequest{OpenRequest: providers.OpenRequest{Config: values}, Fields: cty.EmptyObject}); !diags.HasErrors() {
		_ = streamer.Stream(ctx, providers.StreamRequest{Interval: time.Second, Report: func(providers.TimedSample) {}, Complete: func(time.Time) {}})
		_ = streamer.Close()
	}
	about, err := p.process.rpc.Describe(ctx, &wire.DescribeRequest{})
	if err == nil {
		_ = p.described(about)
	}
	require.NoError(t, ctx.Err(), "no call hangs")
}

func TestAPeerThatAnswersNonsense(t *testing.T) {
	for name, answer := range map[string][]byte{
		"nothing":    nil,
		"truncated":  {0x0a, 0xff},
		"wrong type": {0x08, 0x96, 0x01, 0x12, 0x03, 'a', 'b', 'c'},
		"oversized":  []byte(strings.Repeat("x", 2<<20)),
	} {
		t.Run(name, func(t *testing.T) { askEverything(t, peer(t, answer)) })
	}
}

// TestWhatAnOversizedAnswerSays: who sent it, and that it is too large.
func TestWhatAnOversizedAnswerSays(t *testing.T) {
	p := peer(t, []byte(strings.Repeat("x", 2<<20)))
	_, err := environment{typ{plugin: p, name: "x"}}.Leftovers(t.Context(), providers.EnvironmentHandle{})
	require.ErrorContains(t, err, "the provider peer failed in LookAtEnvironment")
	require.ErrorContains(t, err, "larger than max")
}

// TestWhyAMessageCouldNotBeSent is what who receives is told.
func TestWhyAMessageCouldNotBeSent(t *testing.T) {
	left := 2
	receive := func() (int, error) {
		if left--; left < 0 {
			return 0, status.Error(codes.Unavailable, "it has ended")
		}
		return left, nil
	}
	require.ErrorContains(t, unsent(io.EOF, receive), "it has ended")
	require.ErrorIs(t, unsent(io.ErrClosedPipe, receive), io.ErrClosedPipe)
}

// FuzzPeer: a plugin may answer anything.
func FuzzPeer(f *testing.F) {
	config, err := convert.Dynamic(cty.StringVal("x"))
	require.NoError(f, err)
	f.Add([]byte{})
	f.Add(append([]byte{0x0a, byte(len(config))}, config...))
	f.Add([]byte("garbage"))
	f.Fuzz(func(t *testing.T, answer []byte) { askEverything(t, peer(t, answer)) })
}
