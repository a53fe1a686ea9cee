package dnsfault

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// upstream is a real DNS server for every name but those below absent.test.
type upstream struct {
	addr string
	seen atomic.Int64
}

func startUpstream(t testing.TB) *upstream {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	packets, err := net.ListenPacket("udp", listener.Addr().String())
	require.NoError(t, err)
	u := &upstream{addr: listener.Addr().String()}
	for _, server := range []*dns.Server{{Listener: listener, Net: "tcp"}, {PacketConn: packets, Net: "udp"}} {
		started, done := make(chan struct{}), make(chan error, 1)
		server.Handler, server.NotifyStartedFunc = u, func() { close(started) }
		go func() { done <- server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			_ = server.Shutdown()
			assert.NoError(t, <-done)
		})
	}
	return u
}

func (u *upstream) ServeDNS(w dns.ResponseWriter, request *dns.Msg) {
	u.seen.Add(1)
	reply := new(dns.Msg).SetReply(request)
	reply.RecursionAvailable = true
	q := request.Question[0]
	switch {
	case strings.HasSuffix(q.Name, "absent.test."):
		reply.Rcode = dns.RcodeNameError
	case q.Qtype == dns.TypeTXT: // large: truncated over UDP
		for range 100 {
			reply.Answer = append(reply.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeTXT, Class: 1, Ttl: 9}, Txt: []string{strings.Repeat("x", 200)}})
		}
	case q.Qtype == dns.TypeA:
		reply.Answer = append(reply.Answer, &dns.A{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: 1, Ttl: 9}, A: net.IPv4(192, 0, 2, 1)})
	case q.Qtype == dns.TypeAAAA:
		reply.Answer = append(reply.Answer, &dns.AAAA{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeAAAA, Class: 1, Ttl: 9}, AAAA: net.ParseIP("2001:db8::1")})
	}
	if opt := request.IsEdns0(); opt != nil {
		reply.SetEdns0(4096, opt.Do())
	}
	if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
		reply.Truncate(dns.MinMsgSize)
	}
	_ = w.WriteMsg(reply)
}

// rawUpstream replies to any bytes over UDP and TCP with a function of them.
func rawUpstream(t testing.TB, reply func([]byte) []byte) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	listener, err := net.Listen("tcp", packets.LocalAddr().String())
	require.NoError(t, err)
	done := make(chan struct{}, 2)
	go func() {
		defer func() { done <- struct{}{} }()
		buffer := make([]byte, maxMessage)
		for {
			n, from, err := packets.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = packets.WriteTo(reply(buffer[:n]), from)
		}
	}()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(conn, conn) // an echo
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_, _ = packets.Close(), listener.Close()
		<-done
		<-done
	})
	return packets.LocalAddr().String()
}

func start(t testing.TB, s Spec) *Running {
	t.Helper()
	if s.Deadline.IsZero() {
		s.Deadline = time.Now().Add(time.Hour)
	}
	r, err := Start(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

func address(r *Running) string {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), r.Port()).String()
}

func ask(t testing.TB, r *Running, network, name string, qtype uint16) *dns.Msg {
	t.Helper()
	client := dns.Client{Net: network, Timeout: 20 * time.Second}
	reply, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, qtype), address(r))
	require.NoError(t, err)
	return reply
}

// goResolver is Go's own resolver, led to the forwarder.
func goResolver(r *Running) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address(r))
	}}
}

// exchangeRaw sends bytes over UDP and returns the bytes that come back.
func exchangeRaw(t testing.TB, to string, message []byte) []byte {
	t.Helper()
	conn, err := net.Dial("udp", to)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = conn.Write(message)
	require.NoError(t, err)
	buffer := make([]byte, maxMessage)
	n, err := conn.Read(buffer)
	require.NoError(t, err)
	return buffer[:n]
}

func framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
}

func down(patterns ...string) Rule {
	return Rule{ID: "down", Kind: Error, Patterns: patterns, Percent: 100}
}
