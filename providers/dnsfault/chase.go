package dnsfault

import (
	"context"
	"fmt"

	"github.com/miekg/dns"
)

// maxChain bounds how many CNAMEs are followed, which may lead in a circle.
const maxChain = 8

// follow is what a Spoof rule answers to a question. Where a CNAME leads out of the
// rule, the resolver is asked for the rest, as a forwarder's client expects the
// whole chain in one reply.
func (r *Running) follow(ctx context.Context, acting *ruling, q dns.Question) ([]dns.RR, int) {
	var chain []dns.RR
	owner, life := q.Name, r.life()
	for range maxChain {
		answers, alias := pick(acting.find(canonical(owner)), q.Qtype)
		if len(answers) > 0 || alias == nil {
			for _, rec := range answers {
				chain = append(chain, rec.named(owner, life))
			}
			return chain, dns.RcodeSuccess
		}
		chain = append(chain, alias.named(owner, life))
		target, _ := alias.cname()
		if owner = dns.Fqdn(target); len(acting.find(target)) == 0 {
			return r.followOut(ctx, chain, owner, q.Qtype)
		}
	}
	return nil, dns.RcodeServerFailure
}

func (r *Running) followOut(ctx context.Context, chain []dns.RR, name string, qtype uint16) ([]dns.RR, int) {
	rest, err := r.ask(ctx, name, qtype)
	if err != nil {
		r.counters.failed.Add(1)
		return nil, dns.RcodeServerFailure
	}
	return append(chain, rest.Answer...), rest.Rcode
}

// find has the rule's records of a canonical name, none where its patterns do not match.
func (r *ruling) find(name string) []record {
	if len(r.patterns) > 0 && !anyMatches(r.patterns, name) {
		return nil
	}
	return r.zone.find(name)
}

// ask is a question of our own: with an ID by chance, which the reply must bear,
// from a port by chance, and again over TCP where the reply was truncated.
func (r *Running) ask(ctx context.Context, name string, qtype uint16) (*dns.Msg, error) {
	question := new(dns.Msg).SetQuestion(name, qtype)
	question.SetEdns0(ednsSize, false)
	err := errNoResolver
	for _, to := range r.resolvers {
		var reply *dns.Msg
		if reply, err = r.askOne(ctx, question, to.String()); err == nil {
			return reply, nil
		}
	}
	return nil, fmt.Errorf("resolve %s: %w", name, err)
}

func (r *Running) askOne(ctx context.Context, question *dns.Msg, to string) (*dns.Msg, error) {
	dialer := r.dialer
	share := r.share(len(r.resolvers))
	client := dns.Client{Dialer: &dialer, Timeout: share, UDPSize: ednsSize}
	ctx, cancel := context.WithTimeout(ctx, share)
	defer cancel()
	reply, _, err := client.ExchangeContext(ctx, question, to)
	if err == nil && reply.Truncated {
		client.Net = "tcp"
		reply, _, err = client.ExchangeContext(ctx, question, to)
	}
	return reply, err
}
