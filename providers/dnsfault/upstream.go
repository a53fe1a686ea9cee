package dnsfault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/miekg/dns"
)

// errNoResolver is impossible after Validate.
var errNoResolver = errors.New("no resolver is known: expected upstreams")

// silence reports that a resolver said nothing, which is then also what the client
// gets to hear.
func silence(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.Canceled)
}

// share is a resolver's part of the time that a question has.
func (r *Running) share(resolvers int) time.Duration {
	return r.spec.Timeout / time.Duration(max(1, resolvers))
}

// exchange forwards a message over UDP and returns the reply, which lies in buffer.
// Of several resolvers the next is asked when one is silent or cannot be reached.
func (r *Running) exchange(ctx context.Context, message []byte, to []netip.AddrPort, buffer []byte) ([]byte, error) {
	err := errNoResolver
	quiet := false
	for _, resolver := range to {
		var reply []byte
		if reply, err = r.exchangeOne(ctx, message, resolver, r.share(len(to)), buffer); err == nil {
			return reply, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		quiet = quiet || silence(err)
	}
	if quiet {
		return nil, os.ErrDeadlineExceeded
	}
	return nil, err
}

// exchangeOne uses a socket of its own for every message: its port is a new one by
// chance each time (RFC 5452, section 4.5), and being connected it hears from that
// resolver alone.
func (r *Running) exchangeOne(ctx context.Context, message []byte, to netip.AddrPort, wait time.Duration, buffer []byte) ([]byte, error) {
	conn, err := r.dialer.DialContext(ctx, "udp", to.String())
	if err != nil {
		return nil, fmt.Errorf("reach resolver %s: %w", to, err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(wait)); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := conn.Write(message); err != nil {
		return nil, fmt.Errorf("ask resolver %s: %w", to, err)
	}
	return awaitReply(conn, message, buffer)
}

// awaitReply skips what is no reply to the message: late ones, and forged ones.
func awaitReply(conn net.Conn, message, buffer []byte) ([]byte, error) {
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return nil, fmt.Errorf("await the reply of %s: %w", conn.RemoteAddr(), err)
		}
		if replies(message, buffer[:n]) {
			return buffer[:n], nil
		}
	}
}

// replies reports whether a message can be the reply to another: its ID, and its
// question where it has one (RFC 5452, section 9.1). A message too short for an ID
// takes any reply.
func replies(message, reply []byte) bool {
	if len(message) < 2 {
		return true
	}
	if len(reply) < 2 || !bytes.Equal(message[:2], reply[:2]) {
		return false
	}
	asked, ok := questionBytes(message)
	if !ok {
		return true
	}
	echoed, ok := questionBytes(reply)
	return !ok || bytes.EqualFold(asked, echoed)
}

// questionBytes is the part of a message that has its only question.
func questionBytes(message []byte) ([]byte, bool) {
	if len(message) < headerSize || binary.BigEndian.Uint16(message[4:]) != 1 {
		return nil, false
	}
	_, end, err := dns.UnpackDomainName(message, headerSize)
	if err != nil || len(message) < end+4 {
		return nil, false
	}
	return message[headerSize : end+4], true
}
