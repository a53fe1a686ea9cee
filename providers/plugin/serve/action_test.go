package serve

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// repair is an action that takes until it is released, or its context ends, which it tells.
type repair struct {
	begun    chan struct{}
	released chan struct{}
	ended    chan error
}

func newRepair() *repair {
	return &repair{begun: make(chan struct{}), released: make(chan struct{}), ended: make(chan error, 1)}
}

func (*repair) Metadata() providers.Metadata {
	return providers.Metadata{Name: "test", Version: "1.0.0"}
}

func (r *repair) Types() providers.Types { return providers.Types{Actions: []providers.Action{r}} }

func (*repair) TypeName() string { return "test" }

func (*repair) Schema() *schema.Block { return &schema.Block{Description: "Repairs."} }

func (r *repair) Run(ctx context.Context, _ providers.ActionRequest) (providers.ActionResult, error) {
	close(r.begun)
	select {
	case <-r.released:
	case <-ctx.Done():
	}
	r.ended <- ctx.Err()
	return providers.ActionResult{}, ctx.Err()
}

// attended serves a provider to a gameday that is there, and returns its client and what cuts its connection, as its death does.
func attended(t *testing.T, s *Server) (client wire.ProviderClient, cut func()) {
	t.Helper()
	listener, server := bufconn.Listen(1<<20), grpc.NewServer()
	wire.RegisterProviderServer(server, s)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	var line net.Conn
	conn, err := grpc.NewClient("passthrough:provider", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (_ net.Conn, err error) {
			line, err = listener.DialContext(ctx)
			return line, err
		}))
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		<-served
	})
	client = wire.NewProviderClient(conn)
	stream, err := client.Attend(t.Context(), &wire.AttendRequest{})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.NoError(t, err)
	return client, func() { _ = line.Close() }
}

// TestActionsAreLeftToTheirEnd when gameday is killed, and not when it calls them off.
func TestActionsAreLeftToTheirEnd(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(calledOff, cut func(), s *Server, r *repair)
		want error
	}{
		"killed": {func(_, cut func(), s *Server, r *repair) {
			cut()
			<-s.Ended() // by when the call has ended, too
			close(r.released)
		}, nil},
		"called off": {func(calledOff, _ func(), _ *Server, _ *repair) { calledOff() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepair()
			s, err := New(r, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			client, cut := attended(t, s)
			ctx, calledOff := context.WithCancel(t.Context())
			defer calledOff()
			answered := make(chan error)
			go func() {
				_, err := client.RunAction(ctx, &wire.RunActionRequest{Type: "test"})
				answered <- err
			}()
			<-r.begun
			c.end(calledOff, cut, s, r)
			require.Error(t, <-answered)
			assert.Equal(t, c.want, <-r.ended)
		})
	}
}

// broken is the stream of a call whose connection is gone.
type broken struct{ grpc.ServerTransportStream }

func (broken) SendHeader(metadata.MD) error {
	return status.Error(codes.Unavailable, "the connection is gone")
}

// TestActionsHaveTheirTime, also when gameday was killed meanwhile.
func TestActionsHaveTheirTime(t *testing.T) {
	for name, killed := range map[string]bool{"gameday lives": false, "gameday is killed": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				call, cut := context.WithTimeout(grpc.NewContextWithServerTransportStream(t.Context(), broken{}), time.Minute)
				defer cut()
				ctx, cancel := leftToItsEnd(call)
				defer cancel()
				if killed {
					cut()
				}
				<-ctx.Done()
				assert.Equal(t, time.Minute, time.Since(begun))
				require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
			})
		})
	}
}
