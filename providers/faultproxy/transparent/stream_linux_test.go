package transparent_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

func TestTCPReset(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port := serve(t)
	r := start(t, `{"id":"f","scope":{"direction":"ingress","destination_ports":["%d"]},"rules":[
		{"id":"r","kind":"reset","probability":0.5,"seed":11}]}`, port)
	failed := int64(0)
	for range 100 {
		conn, err := dialFrom(t, peer, "tcp", netip.AddrPortFrom(peer.Here, port).String())
		if err == nil {
			if _, err = conn.Write([]byte("GET / HTTP/1.0\r\n\r\n")); err == nil { // it is told once, to who asks first
				_, err = conn.Read(make([]byte, 1))
			}
			_ = conn.Close()
		}
		if err != nil {
			failed++
			assert.ErrorIs(t, err, syscall.ECONNRESET)
		}
	}
	assert.Equal(t, failed, r.Stats().Rules[0].Stats.Connections)
	assert.Greater(t, failed, int64(20), "a seeded draw of 100 at a half")
	assert.Less(t, failed, int64(80))
}

func TestGRPCStatus(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	listener, err := net.Listen("tcp", "[::]:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		running.Wait()
	})
	start(t, `{"id":"f","scope":{"direction":"ingress","destination_ports":["%d"]},"rules":[
		{"id":"r","kind":"grpc_status","percent":50,"grpc":{"service":"grpc.health.*","method":"Check","status_code":"UNAVAILABLE","status_message":"no more"}}]}`,
		portOf(listener.Addr()))
	conn, err := grpc.NewClient(
		netip.AddrPortFrom(peer.Here, portOf(listener.Addr())).String(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy(),
		grpc.WithContextDialer(func(_ context.Context, address string) (net.Conn, error) {
			conn, err := dialFrom(t, peer, "tcp", address)
			return conn, err
		}),
	)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := grpc_health_v1.NewHealthClient(conn)
	failed := 0
	for range 40 {
		_, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
		if status.Code(err) == codes.Unavailable {
			assert.Equal(t, "no more", status.Convert(err).Message())
			failed++
		} else {
			assert.NoError(t, err)
		}
		_, err = client.List(t.Context(), &grpc_health_v1.HealthListRequest{})
		assert.NoError(t, err, "another method")
	}
	assert.Equal(t, 20, failed)
}
