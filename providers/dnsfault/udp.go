package dnsfault

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"

	"github.com/miekg/dns"
)

// datagram is a message from a client over UDP.
type datagram struct {
	conn    *net.UDPConn
	client  netip.AddrPort
	message []byte
}

// serveUDP answers errors on the spot, so that no slow resolver is in their way.
func (r *Running) serveUDP(conn *net.UDPConn) {
	buffer := make([]byte, maxMessage)
	for {
		n, client, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			if r.again(err) {
				continue
			}
			return
		}
		r.take(datagram{conn, client, buffer[:n]})
	}
}

func (r *Running) take(d datagram) {
	v := r.see(d.message)
	if v.acting != nil && v.acting.rule.Kind == Error && r.answerUDP(r.ctx, d, v) {
		return
	}
	d.message = slices.Clone(d.message) // the next one will be read over it
	ctx, cancel := context.WithCancel(r.ctx)
	leave := r.questions.enter(cancel)
	r.routines.Go(func() {
		defer cancel()
		defer leave()
		if v.acting != nil && v.acting.rule.Kind == Spoof && r.answerUDP(ctx, d, v) {
			return
		}
		r.forwardUDP(ctx, d)
	})
}

// answerUDP reports whether the rule has answered.
func (r *Running) answerUDP(ctx context.Context, d datagram, v verdict) bool {
	reply, ok := r.reply(ctx, v.acting, d.message, false)
	if !ok {
		return false
	}
	if !v.swallow() {
		r.send(d, reply)
	}
	r.answered(v)
	return true
}

func (r *Running) forwardUDP(ctx context.Context, d datagram) {
	r.counters.forwarded.Add(1)
	local := addrPort(d.conn.LocalAddr())
	buffer := r.buffers.get()
	defer r.buffers.put(buffer)
	reply, err := r.exchange(ctx, d.message, r.meant(Flow{"udp", d.client, local, d.conn}), *buffer)
	if err == nil {
		r.send(d, reply)
		return
	}
	r.counters.failed.Add(1)
	if failure := serverFailure(d.message); failure != nil && !silence(err) {
		r.send(d, failure)
	}
}

// send is lost where the client is gone, as any datagram may be.
func (r *Running) send(d datagram, reply []byte) {
	_, _ = d.conn.WriteToUDPAddrPort(reply, d.client)
}

// serverFailure is the last resort, for when no resolver can be reached: a client
// that asked itself would have got an ICMP error and gone on at once. It is nil for
// what is no request.
func serverFailure(message []byte) []byte {
	const response, recursionAvailable, rcodeBits = 0x8000, 0x0080, 0x000f
	question, ok := questionBytes(message)
	if !ok || message[2]&0x80 != 0 {
		return nil
	}
	reply := slices.Concat(message[:headerSize], question)
	flags := binary.BigEndian.Uint16(reply[2:])&^rcodeBits | response | recursionAvailable | dns.RcodeServerFailure
	binary.BigEndian.PutUint16(reply[2:], flags)
	clear(reply[6:headerSize]) // no records but the question
	return reply
}
