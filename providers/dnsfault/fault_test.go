package dnsfault

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestErrors(t *testing.T) {
	u := startUpstream(t)
	for code, want := range map[RCode]int{"": dns.RcodeServerFailure, ServFail: dns.RcodeServerFailure, NXDomain: dns.RcodeNameError, Refused: dns.RcodeRefused} {
		rule := down("*.shop.test")
		rule.RCode = code
		r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{rule}})
		for _, network := range []string{"udp", "tcp"} {
			reply := ask(t, r, network, "Pay.SHOP.test.", dns.TypeA)
			assert.Equal(t, want, reply.Rcode, "%s %s", code, network)
			assert.Empty(t, reply.Answer)
			assert.Empty(t, reply.Ns, "nothing to cache by")
			assert.Equal(t, "Pay.SHOP.test.", reply.Question[0].Name)
			assert.Len(t, ask(t, r, network, "shop.test.", dns.TypeA).Answer, 1)
		}
		s := r.Stats()
		assert.Equal(t, []int64{4, 2, 2, 2, 0}, []int64{s.Queries, s.Matched, s.Answered, s.Forwarded, s.UpstreamErrors})
		assert.Equal(t, map[string]int64{"pay.shop.test": 2}, s.Rules[0].Names)
	}
}

func TestTimeoutIsSilence(t *testing.T) {
	u := startUpstream(t)
	rule := down("pay.test")
	rule.RCode = Timeout
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{rule}})
	for _, network := range []string{"udp", "tcp"} {
		client := dns.Client{Net: network, Timeout: 100 * time.Millisecond}
		_, _, err := client.Exchange(new(dns.Msg).SetQuestion("pay.test.", dns.TypeA), address(r))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded, network)
	}
	assert.EqualValues(t, 2, r.Stats().Answered)
	assert.Zero(t, u.seen.Load(), "nothing was forwarded")
}

func TestSpoofs(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{{
		ID: "spoof", Kind: Spoof, Percent: 100, TTL: 7,
		Records: []string{
			"pay.test 60 IN A 10.0.0.1", "pay.test. A 10.0.0.2", `txt.test TXT "a b" c`, "mail.test IN MX 10 mx.test",
			"alias.test CNAME pay.test", "out.test CNAME real.test", "*.wild.test CNAME one.wild.test",
			"loop.test CNAME pool.test", "pool.test CNAME loop.test", "lost.test CNAME a.absent.test",
			"_x._tcp.srv.test SRV 1 2 80 pay.test", "far.test CNAME txt.far.test",
		},
		Addresses: map[string][]string{"**.both.test": {"10.0.0.3", "2001:db8::3"}},
	}}})
	for _, c := range []struct {
		name  string
		qtype uint16
		rcode int
		want  []string
	}{
		{"pay.test.", dns.TypeA, 0, []string{"pay.test.\t60\tIN\tA\t10.0.0.1", "pay.test.\t7\tIN\tA\t10.0.0.2"}},
		{"pay.test.", dns.TypeAAAA, 0, nil},
		{"PAY.test.", dns.TypeANY, 0, []string{"PAY.test.\t60\tIN\tA\t10.0.0.1", "PAY.test.\t7\tIN\tA\t10.0.0.2"}},
		{"txt.test.", dns.TypeTXT, 0, []string{"txt.test.\t7\tIN\tTXT\t\"a b\" \"c\""}},
		{"mail.test.", dns.TypeMX, 0, []string{"mail.test.\t7\tIN\tMX\t10 mx.test."}},
		{"_x._tcp.srv.test.", dns.TypeSRV, 0, []string{"_x._tcp.srv.test.\t7\tIN\tSRV\t1 2 80 pay.test."}},
		{"alias.test.", dns.TypeA, 0, []string{"alias.test.\t7\tIN\tCNAME\tpay.test.", "pay.test.\t60\tIN\tA\t10.0.0.1", "pay.test.\t7\tIN\tA\t10.0.0.2"}},
		{"alias.test.", dns.TypeCNAME, 0, []string{"alias.test.\t7\tIN\tCNAME\tpay.test."}},
		{"out.test.", dns.TypeA, 0, []string{"out.test.\t7\tIN\tCNAME\treal.test.", "real.test.\t9\tIN\tA\t192.0.2.1"}},
		{"two.wild.test.", dns.TypeA, 0, []string{"two.wild.test.\t7\tIN\tCNAME\tone.wild.test.", "one.wild.test.\t9\tIN\tA\t192.0.2.1"}},
		{"one.wild.test.", dns.TypeA, 0, []string{"one.wild.test.\t9\tIN\tA\t192.0.2.1"}},
		{"loop.test.", dns.TypeA, dns.RcodeServerFailure, nil},
		{"lost.test.", dns.TypeA, dns.RcodeNameError, []string{"lost.test.\t7\tIN\tCNAME\ta.absent.test."}},
		{"a.b.both.test.", dns.TypeAAAA, 0, []string{"a.b.both.test.\t7\tIN\tAAAA\t2001:db8::3"}},
		{"a.both.test.", dns.TypeA, 0, []string{"a.both.test.\t7\tIN\tA\t10.0.0.3"}},
		{"other.test.", dns.TypeA, 0, []string{"other.test.\t9\tIN\tA\t192.0.2.1"}},
	} {
		for _, network := range []string{"udp", "tcp"} {
			reply := ask(t, r, network, c.name, c.qtype)
			var got []string
			for _, rr := range reply.Answer {
				got = append(got, rr.String())
			}
			assert.Equal(t, c.want, got, "%s %s", c.name, network)
			assert.Equal(t, c.rcode, reply.Rcode, c.name)
		}
	}
	assert.Less(t, len(ask(t, r, "udp", "far.test.", dns.TypeTXT).Answer), 101, "what fits, and that it is not all")
	assert.True(t, ask(t, r, "udp", "far.test.", dns.TypeTXT).Truncated)
	assert.Len(t, ask(t, r, "tcp", "far.test.", dns.TypeTXT).Answer, 101, "asked again over TCP for the rest")
}

func TestGoResolver(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{
		{ID: "gone", Kind: Error, RCode: NXDomain, Patterns: []string{"gone.test"}, Percent: 100},
		{ID: "at", Kind: Spoof, Patterns: []string{"pay.**"}, Records: []string{"@ A 10.0.0.9"}, Percent: 100},
	}})
	addrs, err := goResolver(r).LookupHost(t.Context(), "pay.shop.svc.")
	require.NoError(t, err)
	assert.Equal(t, []string{"10.0.0.9"}, addrs, "no true AAAA beside it")
	_, err = goResolver(r).LookupHost(t.Context(), "gone.test.")
	var failed *net.DNSError
	require.ErrorAs(t, err, &failed)
	assert.True(t, failed.IsNotFound)
	addrs, err = goResolver(r).LookupHost(t.Context(), "real.test.")
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"192.0.2.1", "2001:db8::1"}, addrs)
	texts, err := goResolver(r).LookupTXT(t.Context(), "big.test.")
	require.NoError(t, err)
	assert.Len(t, texts, 100, "truncated over UDP, then TCP")
}

// TestPercent holds within 6 standard deviations (99.9999998 %), with a seed besides.
func TestPercent(t *testing.T) {
	rule := down("**")
	rule.Percent = 25
	rulings, err := compile([]Rule{rule}, 42)
	require.NoError(t, err)
	const n = 20000
	hits := 0
	for range n {
		if acting, matched := judge(rulings, question{"a.test", dns.TypeA}); acting != nil {
			require.True(t, matched)
			hits++
		}
	}
	assert.InDelta(t, n/4, hits, 6*61.3) // sqrt(20000 × 0.25 × 0.75)
	assert.EqualValues(t, n, rulings[0].tally.read("").Matched)
}

func TestSameSeedSameChoices(t *testing.T) {
	rule := down("**")
	rule.Percent = 50
	choose := func(seed int64) (hits []bool) {
		rulings, err := compile([]Rule{rule}, seed)
		require.NoError(t, err)
		for range 64 {
			hits = append(hits, rulings[0].hits())
		}
		return hits
	}
	assert.Equal(t, choose(1), choose(1))
	assert.NotEqual(t, choose(1), choose(2))
}

func TestAfterTheDeadlineItForwards(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Rules: []Rule{down("**")}, Deadline: time.Now().Add(-time.Second)})
	assert.Len(t, ask(t, r, "udp", "pay.test.", dns.TypeA).Answer, 1)
	assert.Len(t, ask(t, r, "tcp", "pay.test.", dns.TypeA).Answer, 1)
	assert.Zero(t, r.Stats().Matched)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
}

func TestNoSpoofedRecordOutlivesTheDeadline(t *testing.T) {
	u := startUpstream(t)
	r := start(t, Spec{Upstreams: []string{u.addr}, Deadline: time.Now().Add(30 * time.Second), Rules: []Rule{
		{ID: "s", Kind: Spoof, Percent: 100, Records: []string{"pay.test 3600 A 10.0.0.1"}},
	}})
	assert.LessOrEqual(t, ask(t, r, "udp", "pay.test.", dns.TypeA).Answer[0].Header().Ttl, uint32(30))
}
