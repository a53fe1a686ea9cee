package dnsfault

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func echo(message []byte) []byte { return message }

// TestUnmatchedPassesByteForByte sends any bytes to an upstream that returns them:
// what comes back has gone both ways.
func TestUnmatchedPassesByteForByte(t *testing.T) {
	r := start(t, Spec{Upstreams: []string{rawUpstream(t, echo)}, Rules: []Rule{down("no.such.name")}})
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 1, 9000).Draw(t, "message")
		conn, err := net.Dial("udp", address(r))
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = conn.Write(message)
		require.NoError(t, err)
		got := make([]byte, maxMessage)
		n, err := conn.Read(got)
		require.NoError(t, err)
		require.True(t, bytes.Equal(message, got[:n]))
	})
}

func TestStreamsPassByteForByte(t *testing.T) {
	r := start(t, Spec{Upstreams: []string{rawUpstream(t, echo)}, Rules: []Rule{down("no.such.name")}})
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.SliceOfN(rapid.Byte(), 0, 4000).Draw(t, "stream") // ends within a message, too
		if rapid.Bool().Draw(t, "large") {
			sent = append(framed(make([]byte, 65535)), sent...)
		}
		conn, err := net.Dial("tcp", address(r))
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = conn.Write(sent)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got))
	})
}

// TestRealMessagesPass compares with what the resolver says when asked itself.
func TestRealMessagesPass(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{down("pay.test")}})
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeTXT, dns.TypeRRSIG, dns.TypeDNSKEY, dns.TypeHTTPS, 65280} {
		query := new(dns.Msg).SetQuestion("Real.Test.", qtype)
		query.SetEdns0(4096, true)
		query.CheckingDisabled = true
		packed, err := query.Pack()
		require.NoError(t, err)
		assert.Equal(t, exchangeRaw(t, u.addr, packed), exchangeRaw(t, address(r), packed), dns.Type(qtype))
	}
}

// TestPipelining mixes answers of the rule with those of the resolver.
func TestPipelining(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{down("pay.test")}})
	conn, err := dns.Dial("tcp", address(r))
	require.NoError(t, err)
	defer conn.Close()
	const pairs = 50
	for i := range uint16(pairs) {
		for j, name := range []string{"pay.test.", "real.test."} {
			query := new(dns.Msg).SetQuestion(name, dns.TypeA)
			query.Id = 2*i + uint16(j)
			require.NoError(t, conn.WriteMsg(query))
		}
	}
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	seen := map[uint16]int{}
	for range 2 * pairs {
		reply, err := conn.ReadMsg()
		require.NoError(t, err)
		seen[reply.Id] = reply.Rcode
	}
	require.Len(t, seen, 2*pairs)
	for id, rcode := range seen {
		assert.Equal(t, id%2 == 0, rcode == dns.RcodeServerFailure)
	}
}

// TestForgedRepliesAreSkipped has an upstream that first says something else.
func TestForgedRepliesAreSkipped(t *testing.T) {
	query, err := new(dns.Msg).SetQuestion("real.test.", dns.TypeA).Pack()
	require.NoError(t, err)
	assert.True(t, replies(query, query))
	other := slices.Clone(query)
	other[0] ^= 1
	assert.False(t, replies(query, other), "another ID")
	upper := slices.Clone(query)
	upper[13] = 'R'
	assert.True(t, replies(query, upper), "another case")
	upper[13] = 'x'
	assert.False(t, replies(query, upper), "another name")
	assert.True(t, replies(query, slices.Concat(query[:4], make([]byte, 8))), "no question, as in FORMERR")
	assert.False(t, replies(query, nil))
	assert.True(t, replies(nil, query))
}

func TestUnreachableResolver(t *testing.T) {
	u := startUpstream(t)
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	dead := free.LocalAddr().String()
	require.NoError(t, free.Close())
	r := start(t, Spec{Upstreams: []string{dead, u.addr}, Rules: []Rule{down("pay.test")}})
	assert.Len(t, ask(t, r, "udp", "real.test.", dns.TypeA).Answer, 1, "the next one is asked")
	assert.Len(t, ask(t, r, "tcp", "real.test.", dns.TypeA).Answer, 1)
	r = start(t, Spec{Upstreams: []string{dead}, Rules: []Rule{down("pay.test")}})
	assert.Equal(t, dns.RcodeServerFailure, ask(t, r, "udp", "real.test.", dns.TypeA).Rcode)
	assert.EqualValues(t, 1, r.Stats().UpstreamErrors)
}

// TestBound has a resolver that never replies: faults are answered all the same,
// and the newest question takes the place of the oldest.
func TestBound(t *testing.T) {
	mute, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	r := start(t, Spec{Upstreams: []string{mute.LocalAddr().String()}, InFlight: 4, Timeout: time.Minute, Rules: []Rule{down("pay.test")}})
	conn, err := net.Dial("udp", address(r))
	require.NoError(t, err)
	defer conn.Close()
	for range 10 {
		query, err := new(dns.Msg).SetQuestion("real.test.", dns.TypeA).Pack()
		require.NoError(t, err)
		_, err = conn.Write(query)
		require.NoError(t, err)
	}
	assert.Equal(t, dns.RcodeServerFailure, ask(t, r, "udp", "pay.test.", dns.TypeA).Rcode)
	assert.EqualValues(t, 6, r.Stats().Evicted)
}

func TestOriginIsAsked(t *testing.T) {
	u := startUpstream(t)
	meant := netip.MustParseAddrPort(u.addr)
	r := start(t, Spec{Upstreams: []string{"192.0.2.99"}, Rules: []Rule{down("pay.test")}, Origin: func(f Flow) (netip.AddrPort, bool) {
		return meant, f.Client.IsValid() && f.Local.IsValid() && f.Conn != nil
	}})
	assert.Len(t, ask(t, r, "udp", "real.test.", dns.TypeA).Answer, 1)
	assert.Len(t, ask(t, r, "tcp", "real.test.", dns.TypeA).Answer, 1)
}
