package faultproxy

import (
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTenThousandConnectionsLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 connections")
	}
	p := startProxy(t, serve(t, echo))
	before := runtime.NumGoroutine()
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			for range 500 {
				assert.NoError(t, knock(p.Addr()))
			}
		})
	}
	clients.Wait()
	eventually(t, func() bool { return sessions(p) == 0 }, "no session is left")
	eventually(t, func() bool { return runtime.NumGoroutine() <= before+1+runtime.GOMAXPROCS(0) }, "no goroutine is left but those of the express, and one more")
	assert.Zero(t, p.held.used.Load())
}

// TestSlowClientsAreBounded has an upstream that sends without end to clients
// that do not read, through a delay that would have to hold it all.
func TestSlowClientsAreBounded(t *testing.T) {
	const limit = 1 << 20
	upstream := serve(t, func(conn *net.TCPConn) {
		for {
			if _, err := conn.Write(make([]byte, largeBuffer)); err != nil {
				return
			}
		}
	})
	p := startConfigured(t, Config{Listen: "127.0.0.1:0", Upstream: upstream, Memory: limit})
	put(t, p, Rule{ID: "slow", Kind: Delay, Direction: Ingress, Latency: time.Hour})
	const clients = 4
	var conns []net.Conn
	for range clients {
		conns = append(conns, dial(t, p.Addr()))
	}
	eventually(t, func() bool { return p.held.used.Load() >= limit }, "the budget is spent")
	assert.LessOrEqual(t, p.held.used.Load(), int64(limit+clients*(lineShare+largeBuffer+packetCost)))
	require.True(t, p.Remove("slow"))
	for _, conn := range conns {
		_, err := io.CopyN(io.Discard, conn, 8<<20)
		require.NoError(t, err)
		_ = conn.Close()
	}
	eventually(t, func() bool { return sessions(p) == 0 }, "the sessions end")
	assert.Zero(t, p.held.used.Load(), "the budget is free again")
}

func TestIdleConnectionsHoldNoBuffers(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	const idle = 200
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range idle {
		require.Equal(t, "x", roundTrip(t, dial(t, p.Addr()), "x"))
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	// The echo at the other end holds 32 KiB for each, the proxy must add none.
	perConnection := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / idle
	assert.Less(t, perConnection, int64(32<<10+smallBuffer))
}
