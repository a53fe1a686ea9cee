package main

import (
	"context"
	"encoding/binary"
	"flag"
	"hash/crc32"
	"net"
	"sync"
	"time"
)

// echoed is what became of packets that were sent to be sent back.
type echoed struct {
	Sent, Received, Duplicates, Damaged, Overtaken, Quick int

	RTT latencies
}

// payload is a number, the moment, padding, and a checksum over these.
const payload = 256

// udp sends packets at a steady rate and counts what comes back.
func udp(ctx context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("udp", flag.ContinueOnError)
	to := set.String("to", "", "host:port")
	n := set.Int("n", 2000, "packets")
	interval := set.Duration("interval", time.Millisecond, "between two")
	quick := set.Duration("quick", 0, "count what is back within this time as quick")
	wait := set.Duration("wait", 2*time.Second, "for what comes late")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", *to)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	seen := echoed{Sent: *n}
	var reading sync.WaitGroup
	reading.Go(func() { seen.read(conn, *n, *quick) })
	began := time.Now()
	for i := range *n {
		<-time.After(time.Until(began.Add(time.Duration(i) * *interval)))
		_, _ = conn.Write(packet(i, time.Since(began))) // a port that is closed shows as a packet that is missing
	}
	_ = conn.SetReadDeadline(time.Now().Add(*wait))
	reading.Wait()
	return seen, nil
}

func packet(number int, at time.Duration) []byte {
	p := make([]byte, payload)
	binary.BigEndian.PutUint64(p, uint64(number))
	binary.BigEndian.PutUint64(p[8:], uint64(time.Now().UnixNano()))
	binary.BigEndian.PutUint64(p[16:], uint64(at))
	binary.BigEndian.PutUint32(p[payload-4:], crc32.ChecksumIEEE(p[:payload-4]))
	return p
}

// read counts until the connection's deadline, or until everything is there and a
// moment for duplicates has passed.
func (e *echoed) read(conn net.Conn, n int, quick time.Duration) {
	buffer, got, newest := make([]byte, 2*payload), make([]bool, n), -1
	var times []time.Duration
	for {
		size, err := conn.Read(buffer)
		if err != nil {
			if isTimeout(err) {
				break
			}
			continue // refused: the next may be answered
		}
		now := time.Now()
		p := buffer[:size]
		if size != payload || binary.BigEndian.Uint32(p[payload-4:]) != crc32.ChecksumIEEE(p[:payload-4]) {
			e.Damaged++
			continue
		}
		number := int(binary.BigEndian.Uint64(p))
		switch {
		case number >= n:
			e.Damaged++
		case got[number]:
			e.Duplicates++
		default:
			got[number] = true
			e.Received++
			took := now.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(p[8:]))))
			times = append(times, took)
			if took <= quick {
				e.Quick++
			}
			if number < newest {
				e.Overtaken++
			}
			newest = max(newest, number)
		}
	}
	e.RTT = quantiles(times)
}
