package dnsfault

import (
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"example.com", "EXAMPLE.com.", true},
		{"Example.COM.", "example.com", true},
		{"example.com", "www.example.com", false},
		{"*.example.com", "www.example.com.", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", "a.b.example.com", false},
		{"**.example.com", "a.b.example.com", true},
		{"payments.shop.**", "payments.shop.svc.cluster.local.", true},
		{"payments.shop.**", "payments.shop", false},
		{"payments.shop", "payments.shop.svc.cluster.local", false},
		{"pay?.test", "pay1.test", true},
		{"pay?.test", "pay.test", false},
		{"a*.test", "a.test", true},
		{"a.test", "axtest", false},
		{"**", ".", true},
		{"a+b.test", "aab.test", false},
	} {
		p, err := compilePattern(c.pattern)
		require.NoError(t, err)
		assert.Equal(t, c.want, p.matches(canonical(c.name)), "%s on %s", c.pattern, c.name)
	}
}

func TestValidate(t *testing.T) {
	good := Spec{Upstreams: []string{"10.0.0.1", "[::1]:5353"}, Deadline: time.Now(), Rules: []Rule{down("**")}}
	require.NoError(t, good.Validate())
	spoof := func(change func(*Rule)) func(*Spec) {
		return func(s *Spec) {
			s.Rules = []Rule{{ID: "s", Kind: Spoof, Percent: 1}}
			change(&s.Rules[0])
		}
	}
	for want, change := range map[string]func(*Spec){
		"upstreams are empty":           func(s *Spec) { s.Upstreams = nil },
		`upstream is "dns"`:             func(s *Spec) { s.Upstreams = []string{"dns"} },
		"expected a loopback address":   func(s *Spec) { s.Listen = []string{"0.0.0.0"} },
		"deadline is missing":           func(s *Spec) { s.Deadline = time.Time{} },
		"timeout is -1s":                func(s *Spec) { s.Timeout = -time.Second },
		"in_flight is -1":               func(s *Spec) { s.InFlight = -1 },
		"rules are empty":               func(s *Spec) { s.Rules = nil },
		"is taken by an earlier":        func(s *Spec) { s.Rules = []Rule{down("a"), down("b")} },
		"patterns are empty":            func(s *Spec) { s.Rules = []Rule{down()} },
		"empty label":                   func(s *Spec) { s.Rules = []Rule{down("a..b")} },
		"Punycode":                      func(s *Spec) { s.Rules = []Rule{down("bücher.test")} },
		"kind is":                       func(s *Spec) { s.Rules = []Rule{{ID: "k", Percent: 1}} },
		"percent is 101":                spoof(func(r *Rule) { r.Percent = 101 }),
		"records and addresses are":     spoof(func(*Rule) {}),
		"only dns_error has one":        spoof(func(r *Rule) { r.RCode = ServFail }),
		"owner is @":                    spoof(func(r *Rule) { r.Records = []string{"@ A 10.0.0.1"} }),
		"OWNER TYPE DATA":               spoof(func(r *Rule) { r.Records = []string{"a.test A 10.0.0.256"} }),
		"expected one CNAME alone":      spoof(func(r *Rule) { r.Records = []string{"a.test A 10.0.0.1", "a.test. CNAME b.test"} }),
		"class is CH":                   spoof(func(r *Rule) { r.Records = []string{`a.test CH TXT "x"`} }),
		`address of a.test is "b"`:      spoof(func(r *Rule) { r.Addresses = map[string][]string{"a.test": {"b"}} }),
		"holds more than one record":    spoof(func(r *Rule) { r.Records = []string{"a.test A 10.0.0.1\nb.test A 10.0.0.2"} }),
		`record "$INCLUDE /etc/passwd"`: spoof(func(r *Rule) { r.Records = []string{"$INCLUDE /etc/passwd"} }),
	} {
		s := good
		change(&s)
		assert.ErrorContains(t, s.Validate(), want)
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("*.example.com", "a.example.com")
	f.Add("**", ".")
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := compilePattern(text)
		if err == nil {
			p.matches(canonical(name))
		}
	})
}

// FuzzRecord holds that what is accepted can be answered with.
func FuzzRecord(f *testing.F) {
	for _, text := range []string{"a.test 5 IN A 192.0.2.1", `@ TXT "x"`, "a SVCB 1 . alpn=h2", "x $GENERATE 1-9 A", "a A 1.2.3.4\n$INCLUDE x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := parseRecord(text, 1)
		if err != nil {
			return
		}
		reply := new(dns.Msg).SetQuestion("any.test.", dns.TypeA)
		reply.Answer = []dns.RR{rec.named("any.test.", 5)}
		_, err = reply.Pack()
		require.NoError(t, err, text)
	})
}

// FuzzHandle gives any bytes to all that looks into messages.
func FuzzHandle(f *testing.F) {
	for _, name := range []string{"pay.test.", "real.test.", "."} {
		query := new(dns.Msg).SetQuestion(name, dns.TypeA)
		query.SetEdns0(512, true)
		packed, err := query.Pack()
		require.NoError(f, err)
		f.Add(packed)
	}
	f.Add([]byte{})
	rule := Rule{ID: "s", Kind: Spoof, Percent: 100, Patterns: []string{"**"}, Records: []string{"@ A 10.0.0.1"}}
	r, err := newRunning(Spec{Upstreams: []string{"127.0.0.1"}, Deadline: time.Now().Add(time.Hour), Rules: []Rule{down("pay.*"), rule}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, message []byte) {
		v := r.see(message)
		serverFailure(message)
		replies(message, message)
		if v.acting == nil {
			return
		}
		if reply, ok := r.reply(t.Context(), v.acting, message, false); ok {
			require.NoError(t, new(dns.Msg).Unpack(reply))
			require.True(t, replies(message, reply))
		}
	})
}
