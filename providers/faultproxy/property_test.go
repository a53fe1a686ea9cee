package faultproxy

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawRule is a rule that changes when bytes arrive, but not whether.
func drawRule(t *rapid.T) Rule {
	r := Rule{
		ID:        rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"),
		Kind:      rapid.SampledFrom([]Kind{Delay, Bandwidth, Partition, HTTPStatus}).Draw(t, "kind"),
		Direction: rapid.SampledFrom([]Direction{"", Egress, Ingress, Both}).Draw(t, "direction"),
		Latency:   time.Duration(rapid.IntRange(1, 5).Draw(t, "latency")) * time.Millisecond,
		Jitter:    time.Duration(rapid.IntRange(0, 5).Draw(t, "jitter")) * time.Millisecond,
		Rate:      rapid.Int64Range(20_000_000, 2_000_000_000).Draw(t, "rate"),
	}
	if r.Kind == HTTPStatus {
		r.Direction, r.Percent, r.Status = "", 100, 500
	}
	return r
}

// TestAnyBytesUnderAnyRulesArriveCompleteAndInOrder sends bytes in any chunks
// while rules come and go.
func TestAnyBytesUnderAnyRulesArriveCompleteAndInOrder(t *testing.T) {
	upstream := serve(t, echo)
	rapid.Check(t, func(rt *rapid.T) {
		p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: upstream})
		require.NoError(rt, err)
		defer p.Close()
		conn, err := net.Dial("tcp", p.Addr())
		require.NoError(rt, err)
		defer conn.Close()
		require.NoError(rt, conn.SetDeadline(time.Now().Add(patience)))

		require.Equal(rt, "x", roundTrip(t, conn, "x"), "connected: who hangs up before that is let go")
		var sent []byte
		received := make(chan []byte, 1)
		var reading sync.WaitGroup
		reading.Go(func() {
			got, _ := io.ReadAll(conn)
			received <- got
		})
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				require.NoError(rt, p.Put(drawRule(rt)))
			case 1:
				p.Remove(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "removed"))
			default:
				chunk := noise(rapid.IntRange(1, 100_000).Draw(rt, "size"))
				chunk[0] = byte(len(sent))
				_, err := conn.Write(chunk)
				require.NoError(rt, err)
				sent = append(sent, chunk...)
			}
		}
		for _, s := range p.Status() {
			if s.Rule.Kind == Partition {
				p.Remove(s.Rule.ID)
			}
		}
		require.NoError(rt, conn.(*net.TCPConn).CloseWrite())
		got := <-received
		reading.Wait()
		require.True(rt, bytes.Equal(sent, got), "sent %d bytes, got %d", len(sent), len(got))
	})
}

// TestShareIsExactForAnyPercent: whatever the seed and wherever a run begins, a
// whole number of strata holds exactly its share.
func TestShareIsExactForAnyPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := rapid.IntRange(1, 1000).Draw(t, "tenths of a percent")
		seed := rapid.Int64().Draw(t, "seed")
		begin := int64(rapid.IntRange(0, 3000).Draw(t, "begin")) * 1000
		hits := 0
		for n := range int64(1000) {
			if picks(float64(percent)/10, seed, begin+n) {
				hits++
			}
		}
		require.Equal(t, percent, hits)
	})
}

func TestShareIsNotARhythm(t *testing.T) {
	odd := 0
	for n := range int64(2000) {
		if picks(50, 1, n) && n%2 == 1 {
			odd++
		}
	}
	require.Greater(t, odd, 400, "1,000 hits, half of them on odd numbers by chance")
	require.Less(t, odd, 600)
}

// TestLineKeepsOrderAndBounds pushes and pops at random.
func TestLineKeepsOrderAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := &budget{limit: 1 << 20}
		l := newLine(total)
		next, want := 0, 0
		stop := make(chan struct{})
		close(stop)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "push") {
				size := rapid.IntRange(0, largeBuffer).Draw(t, "size")
				if l.push(packet{data: make([]byte, size), end: fmt.Errorf("%d", next)}, stop) {
					next++
				}
			} else if p, ok := l.peek(); ok {
				require.EqualError(t, p.end, fmt.Sprint(want))
				want++
				l.pop()
			}
			require.LessOrEqual(t, total.used.Load(), total.limit+largeBuffer+packetCost)
			require.Equal(t, next == want, l.empty())
		}
		l.drop()
		require.Zero(t, total.used.Load())
	})
}

// TestTrafficSurvivesAStormOfRules keeps connections busy both ways while rules
// of every kind that loses nothing come and go, so that sessions change between
// the ways of forwarding at any moment.
func TestTrafficSurvivesAStormOfRules(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	data := noise(16 << 20)
	var clients sync.WaitGroup
	for range 6 {
		conn := dial(t, p.Addr())
		require.Equal(t, "x", roundTrip(t, conn, "x"))
		clients.Go(func() {
			got, err := io.ReadAll(conn)
			assert.NoError(t, err)
			assert.True(t, bytes.Equal(data, got), "sent %d bytes, got %d", len(data), len(got))
		})
		clients.Go(func() {
			_, err := conn.Write(data)
			assert.NoError(t, err)
			assert.NoError(t, conn.CloseWrite())
		})
	}
	done := make(chan struct{})
	go func() {
		clients.Wait()
		close(done)
	}()
	storm(p, done)
}

// storm puts and removes rules until the channel is closed.
func storm(p *Proxy, done <-chan struct{}) {
	rules := []Rule{
		{ID: "a", Kind: Delay, Direction: Both, Latency: time.Millisecond, Jitter: time.Millisecond},
		{ID: "b", Kind: Partition},
		{ID: "c", Kind: Bandwidth, Rate: 400e6},
		{ID: "d", Kind: HTTPStatus, Percent: 100, Status: 500},
		{ID: "b", Kind: Partition, Direction: Ingress},
	}
	defer p.Remove("b") // nothing else keeps the traffic from its end
	for i := 0; ; i++ {
		rule := rules[i%len(rules)]
		// Some go by themselves, at the moment they are removed; on a busy machine
		// the deadline of one may have passed before it is put.
		rule.Deadline = time.Now().Add(time.Duration(1+i%7) * time.Millisecond)
		_ = p.Put(rule)
		select {
		case <-done:
			return
		case <-time.After(time.Duration(i%4) * time.Millisecond):
		}
		p.Remove(rule.ID)
	}
}
