package faultproxy

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// startGRPC is a server with a service shop.Orders: Get sends its message back,
// Watch sends it n times, Chat sends back each.
func startGRPC(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "shop.Orders", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Get", Handler: getOrder}},
		Streams: []grpc.StreamDesc{{StreamName: "Chat", Handler: chat, ServerStreams: true, ClientStreams: true}},
	}, new(int))
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		running.Wait()
	})
	return listener.Addr().String()
}

//nolint:revive // the order is that of grpc.MethodHandler
func getOrder(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	in := new(wrapperspb.StringValue)
	return in, decode(in)
}

func chat(_ any, stream grpc.ServerStream) error {
	for {
		in := new(wrapperspb.StringValue)
		if err := stream.RecvMsg(in); err != nil {
			if errors.Is(err, io.EOF) {
				return status.Error(codes.NotFound, "at the end")
			}
			return err
		}
		if err := stream.SendMsg(in); err != nil {
			return err
		}
	}
}

func dialGRPC(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func getter(t *testing.T, conn *grpc.ClientConn, text string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := new(wrapperspb.StringValue)
	err := conn.Invoke(ctx, "/shop.Orders/Get", wrapperspb.String(text), out)
	return out.GetValue(), err
}

// talk sends messages on a stream, each after the answer to the one before, and
// returns how the stream ended.
func talk(t *testing.T, conn *grpc.ClientConn, messages int) (int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/shop.Orders/Chat")
	require.NoError(t, err)
	got := 0
	for range messages {
		if err := stream.SendMsg(wrapperspb.String(strings.Repeat("x", 40_000))); err != nil {
			break // the status comes with the next receive
		}
		if err := stream.RecvMsg(new(wrapperspb.StringValue)); err != nil {
			return got, err
		}
		got++
	}
	_ = stream.CloseSend()
	return got, stream.RecvMsg(new(wrapperspb.StringValue))
}

func TestGRPCStatusEndsCallsInTheUpstreamsPlace(t *testing.T) {
	p := startProxy(t, startGRPC(t))
	conn := dialGRPC(t, p.Addr())
	for _, c := range []struct {
		code, message string
		want          codes.Code
	}{
		{"UNAVAILABLE", "", codes.Unavailable},
		{"8", "50 % of it: zu groß\n", codes.ResourceExhausted},
	} {
		put(t, p, Rule{ID: "grpc", Kind: GRPCStatus, Percent: 100, GRPC: GRPC{Service: "shop.*", Method: "Get", StatusCode: c.code, StatusMessage: c.message}})
		for range 5 {
			_, err := getter(t, conn, "hello")
			require.Equal(t, c.want, status.Code(err), "%v", err)
			require.Equal(t, c.message, status.Convert(err).Message())
			got, err := talk(t, conn, 3)
			require.Equal(t, 3, got)
			require.Equal(t, codes.NotFound, status.Code(err), "%v", err)
		}
	}
	require.True(t, p.Remove("grpc"))
	got, err := getter(t, conn, "hello")
	require.NoError(t, err)
	require.Equal(t, "hello", got)
	require.Equal(t, 1, sessions(p), "one connection for all")
}

func TestGRPCStatusHitsItsShareOfConcurrentCalls(t *testing.T) {
	p := startProxy(t, startGRPC(t))
	put(t, p, Rule{ID: "grpc", Kind: GRPCStatus, Percent: 25, GRPC: GRPC{StatusCode: "ABORTED"}})
	conn := dialGRPC(t, p.Addr())
	var users sync.WaitGroup
	failed := make(chan int, 8)
	for range 8 {
		users.Go(func() {
			n := 0
			for i := range 50 {
				var err error
				if i%10 == 0 {
					_, err = talk(t, conn, 5)
				} else {
					_, err = getter(t, conn, strings.Repeat("y", i*1000))
				}
				switch status.Code(err) {
				case codes.Aborted:
					n++
				case codes.OK, codes.NotFound:
				default:
					assert.NoError(t, err)
				}
			}
			failed <- n
		})
	}
	users.Wait()
	total := 0
	for range 8 {
		total += <-failed
	}
	require.Equal(t, 100, total, "25 % of 400")
	require.EqualValues(t, 400, stats(t, p, "grpc").Matched)
}

func TestGRPCCallsAreDelayedEach(t *testing.T) {
	const latency = 50 * time.Millisecond
	p := startProxy(t, startGRPC(t))
	conn := dialGRPC(t, p.Addr())
	_, err := getter(t, conn, "warm")
	require.NoError(t, err)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: latency, Match: Match{Path: "/shop.Orders/Get"}})
	// The connection began without a rule: it is not followed. A new one is.
	conn = dialGRPC(t, p.Addr())
	for range 3 {
		began := time.Now()
		_, err := getter(t, conn, "hello")
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(began), latency)
	}
	require.EqualValues(t, 3, stats(t, p, "slow").Requests)
}

func TestGRPCRulesAreValidated(t *testing.T) {
	for _, code := range []string{"", "OK", "0", "17", "-1", "unavailable", "CANCELED"} {
		r := Rule{ID: "x", Kind: GRPCStatus, Percent: 100, GRPC: GRPC{StatusCode: code}}
		require.ErrorContains(t, r.Validate(), "status code is", code)
	}
	require.Equal(t, "50 %25 %C3%9F%0A~", percentEncode("50 % ß\n~"))
}
