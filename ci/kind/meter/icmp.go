package main

import (
	"context"
	"encoding/binary"
	"flag"
	"net"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

const icmpProtocol = 1 // in IPv4's header

// ping sends echo requests to a kernel. A pod's user may not; root in its network may.
func ping(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("icmp", flag.ContinueOnError)
	to := set.String("to", "", "IPv4 address")
	n := set.Int("n", 50, "requests, 2 ms apart")
	wait := set.Duration("wait", 500*time.Millisecond, "for what comes late")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	conn, err := icmp.ListenPacket("ip4:icmp", "0.0.0.0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	seen := echoed{Sent: *n}
	for i := range *n {
		if err := request(conn, *to, i); err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	_ = conn.SetReadDeadline(time.Now().Add(*wait))
	seen.Received = replies(conn, *n)
	return seen, nil
}

func request(conn *icmp.PacketConn, to string, i int) error {
	data := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixNano()))
	text, err := (&icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: 7, Seq: i, Data: data}}).Marshal(nil)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(text, &net.IPAddr{IP: net.ParseIP(to)})
	return err
}

// replies counts them until the read deadline.
func replies(conn *icmp.PacketConn, most int) int {
	buffer := make([]byte, 1500)
	var n int
	for n < most {
		length, _, err := conn.ReadFrom(buffer)
		if err != nil {
			return n
		}
		if m, err := icmp.ParseMessage(icmpProtocol, buffer[:length]); err == nil && m.Type == ipv4.ICMPTypeEchoReply {
			n++
		}
	}
	return n
}
