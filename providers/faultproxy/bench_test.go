package faultproxy

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each benchmark runs over the direct way and over a proxy: their quotient is
// what the proxy costs.

// answering replies to every byte with size bytes.
func answering(size int) func(*net.TCPConn) {
	body := make([]byte, size)
	return func(conn *net.TCPConn) {
		for ask := make([]byte, 1); ; {
			if _, err := conn.Read(ask); err != nil {
				return
			}
			if _, err := conn.Write(body); err != nil {
				return
			}
		}
	}
}

func ways(b *testing.B, size int, run func(b *testing.B, address string)) {
	b.Helper()
	upstream := serve(b, answering(size))
	b.Run("direct", func(b *testing.B) { run(b, upstream) })
	b.Run("proxied", func(b *testing.B) { run(b, startProxy(b, upstream).Addr()) })
}

// ask makes one round trip.
func ask(b *testing.B, conn net.Conn, answer []byte) {
	b.Helper()
	if _, err := conn.Write([]byte{1}); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		b.Fatal(err)
	}
}

func benchConn(b *testing.B, address string) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return conn
}

func BenchmarkSmall(b *testing.B) {
	ways(b, 128, func(b *testing.B, address string) {
		b.Helper()
		conn, answer := benchConn(b, address), make([]byte, 128)
		for b.Loop() {
			ask(b, conn, answer)
		}
	})
}

func BenchmarkMebibyte(b *testing.B) {
	ways(b, 1<<20, func(b *testing.B, address string) {
		b.Helper()
		conn, answer := benchConn(b, address), make([]byte, 1<<20)
		b.SetBytes(1 << 20)
		for b.Loop() {
			ask(b, conn, answer)
		}
	})
}

func BenchmarkConnection(b *testing.B) {
	ways(b, 1, func(b *testing.B, address string) {
		b.Helper()
		for b.Loop() {
			if err := knock(address); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDelay measures how far beyond the requested 100 ms round trips take.
func BenchmarkDelay(b *testing.B) {
	const latency = 100 * time.Millisecond
	p := startProxy(b, serve(b, answering(128)))
	require.NoError(b, p.Put(Rule{ID: "slow", Kind: Delay, Latency: latency}))
	conn, answer := benchConn(b, p.Addr()), make([]byte, 128)
	var beyond []time.Duration
	for b.Loop() {
		began := time.Now()
		ask(b, conn, answer)
		beyond = append(beyond, time.Since(began)-latency)
	}
	slices.Sort(beyond)
	b.ReportMetric(float64(beyond[len(beyond)/2].Microseconds()), "p50-late-µs")
	b.ReportMetric(float64(beyond[len(beyond)*99/100].Microseconds()), "p99-late-µs")
}

// BenchmarkHTTPRule is what following requests costs when no rule hits them.
func BenchmarkHTTPRule(b *testing.B) {
	const request = "GET /some/path HTTP/1.1\r\nHost: example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
	const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	upstream := serve(b, func(conn *net.TCPConn) {
		for got := make([]byte, len(request)); ; {
			if _, err := io.ReadFull(conn, got); err != nil {
				return
			}
			_, _ = io.WriteString(conn, response)
		}
	})
	p := startProxy(b, upstream)
	require.NoError(b, p.Put(Rule{ID: "none", Kind: HTTPStatus, Percent: 1, Status: 500, Match: Match{Path: "/other/**"}}))
	conn, answer := benchConn(b, p.Addr()), make([]byte, len(response))
	for b.Loop() {
		_, _ = io.WriteString(conn, request)
		if _, err := io.ReadFull(conn, answer); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTrack is what it takes to follow a request and its response that no rule selects.
func BenchmarkTrack(b *testing.B) {
	rules := []*activeRule{{Rule: Rule{ID: "r", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/never/**"}}}}
	request := []byte("GET /small HTTP/1.1\r\nHost: bench\r\nUser-Agent: gameday-bench\r\nAccept: */*\r\n\r\n")
	response := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc")
	talk, t, h := newConversation(), new(track), new(head)
	if !talk.follow(request) {
		b.Fatal("it is HTTP")
	}
	b.ReportAllocs()
	for b.Loop() {
		if t.requests(request, talk, rules, h) != len(request) || t.responses(response, talk, h) != len(response) {
			b.Fatal("it passes")
		}
	}
}
