package tcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
)

// prober takes samples of one address.
type prober struct {
	address string
	send    string
	expect  *regexp.Regexp // nil: nothing is read
	timeout time.Duration
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// Sample implements providers.Prober.
func (p *prober) Sample(ctx context.Context) providers.Sample {
	conn, err := p.dial(ctx, "tcp", p.address)
	if err != nil {
		return providers.Sample{Lost: probing.Own(err), Error: probing.Explain(ctx, err, p.timeout)}
	}
	defer func() { _ = conn.Close() }()
	// Reads and writes know no contexts: its end closes the connection.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	got, err := p.talk(conn)
	sample := providers.Sample{OK: err == nil, Fields: fields(got)}
	if err != nil {
		sample.Error = p.explain(ctx, got, err)
	}
	return sample
}

// talk is what was read until it was as expected.
func (p *prober) talk(conn net.Conn) ([]byte, error) {
	if _, err := io.WriteString(conn, p.send); err != nil || p.expect == nil {
		return nil, err
	}
	var got []byte
	chunk := make([]byte, 4<<10)
	for len(got) < probing.BodyLimit {
		n, err := conn.Read(chunk)
		got = append(got, chunk[:min(n, probing.BodyLimit-len(got))]...)
		if p.expect.Match(got) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
	return got, errTooLong
}

// errTooLong is an answer that could match later, but is read no further.
var errTooLong = fmt.Errorf("the first %d bytes do not match", probing.BodyLimit)

func (p *prober) explain(ctx context.Context, got []byte, err error) string {
	if p.expect == nil {
		return probing.Explain(ctx, err, p.timeout)
	}
	why := "the peer closed the connection"
	switch {
	case errors.Is(err, errTooLong):
		why = err.Error()
	case !errors.Is(err, io.EOF):
		why = probing.Explain(ctx, err, p.timeout)
	}
	return fmt.Sprintf("expected an answer that matches %q, got %s: %s", p.expect, probing.Quote(probing.Text(got)), why)
}

func fields(got []byte) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"response": cty.StringVal(probing.Text(got)),
		"bytes":    cty.NumberIntVal(int64(len(got))),
	})
}

// Close implements providers.Prober. Connections end with their sample.
func (p *prober) Close() error { return nil }
