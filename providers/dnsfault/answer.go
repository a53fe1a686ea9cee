package dnsfault

import (
	"context"
	"time"

	"github.com/miekg/dns"
)

// ednsSize is what replies advertise, the size that needs no fragments.
const ednsSize = 1232

// reply is a rule's answer as bytes for a client that takes so many. It reports
// false for a message that only looked like a question: the resolver shall judge it.
func (r *Running) reply(ctx context.Context, acting *ruling, message []byte, stream bool) ([]byte, bool) {
	request := new(dns.Msg)
	if err := request.Unpack(message); err != nil || len(request.Question) != 1 {
		return nil, false
	}
	answer := new(dns.Msg).SetReply(request)
	answer.RecursionAvailable, answer.Compress = true, true
	if acting.rule.Kind == Error {
		answer.Rcode = acting.rule.code()
	} else {
		answer.Answer, answer.Rcode = r.follow(ctx, acting, request.Question[0])
	}
	return pack(request, answer, stream)
}

func pack(request, answer *dns.Msg, stream bool) ([]byte, bool) {
	size := dns.MinMsgSize
	if opt := request.IsEdns0(); opt != nil {
		size = max(size, int(opt.UDPSize()))
		answer.SetEdns0(ednsSize, opt.Do())
	}
	if stream {
		size = dns.MaxMsgSize
	}
	answer.Truncate(size)
	packed, err := answer.Pack()
	return packed, err == nil
}

// life is how many seconds a spoofed record may be cached: not beyond the deadline.
func (r *Running) life() uint32 {
	left := time.Until(r.spec.Deadline)
	return uint32(max(0, min(left/time.Second, 1<<31-1)))
}

// active reports whether rules are in force.
func (r *Running) active() bool { return time.Now().Before(r.spec.Deadline) }
