package faultproxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// clientFrames is how a client of HTTP/2 begins, with a request.
func clientFrames() []byte {
	var block, out bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, f := range []hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":path", Value: "/a"}, {Name: ":scheme", Value: "http"}, {Name: "x", Value: "y"}} {
		_ = encoder.WriteField(f)
	}
	out.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(&out, nil)
	_ = framer.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 100})
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes()[:3], PadLength: 7, Priority: http2.PriorityParam{Weight: 3}})
	_ = framer.WriteContinuation(1, true, block.Bytes()[3:])
	_ = framer.WriteDataPadded(1, true, []byte("hello"), make([]byte, 9))
	_ = framer.WritePing(false, [8]byte{1})
	_ = framer.WriteWindowUpdate(0, 5)
	_ = framer.WriteGoAway(0, http2.ErrCodeNo, []byte("bye"))
	return out.Bytes()
}

// FuzzHTTP2FailsOpen: with a rule that matches nothing, every stream that begins
// as HTTP/2 passes byte for byte, whatever follows, both ways.
func FuzzHTTP2FailsOpen(f *testing.F) {
	upstream := serve(f, func(conn *net.TCPConn) {
		_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
		echo(conn)
	})
	p := startProxy(f, upstream)
	put(f, p, Rule{ID: "none", Kind: HTTPStatus, Percent: 100, Status: 500, Match: Match{Path: "/never", Method: "NEVER"}})
	whole := clientFrames()[len(http2.ClientPreface):]
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x09\x00\x00\x00\x00\x01abcd"))
	f.Add([]byte("\xff\xff\xff\x01\x00\x00\x00\x00\x01"))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := dial(t, p.Addr())
		go func() {
			_, _ = conn.Write(append([]byte(http2.ClientPreface), data...))
			_ = conn.CloseWrite()
		}()
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got), "sent %q, got %q", data, got)
	})
}

// FuzzHTTP2UnderFaults: a client of arbitrary frames that rules answer can break
// its own connection, and nothing else.
func FuzzHTTP2UnderFaults(f *testing.F) {
	upstream := serve(f, func(conn *net.TCPConn) {
		_, _ = conn.Write(frame(http2.FrameSettings, 0, 0, nil))
		_, _ = io.Copy(io.Discard, conn)
	})
	p := startProxy(f, upstream)
	put(f, p, Rule{ID: "all", Kind: HTTPStatus, Percent: 60, Status: 500, Body: "body"})
	put(f, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 50, Latency: 1})
	f.Add(clientFrames()[len(http2.ClientPreface):])
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := dial(t, p.Addr())
		go func() {
			_, _ = conn.Write(append([]byte(http2.ClientPreface), data...))
			_ = conn.CloseWrite()
		}()
		_, _ = io.Copy(io.Discard, conn)
		require.NoError(t, conn.Close())
		eventually(t, func() bool { return sessions(p) == 0 }, "the session ends")
	})
}

// frameLog is a frameSink that notes what it gets.
type frameLog struct{ passed, gathered []byte }

func (l *frameLog) begins(h http2.FrameHeader) (frameMode, error) {
	return frameMode(h.StreamID % 2), nil
}
func (l *frameLog) passes(_ http2.FrameHeader, p []byte) { l.passed = append(l.passed, p...) }
func (l *frameLog) ends(h http2.FrameHeader, raw []byte) error {
	if h.StreamID%2 == 1 {
		l.gathered = append(l.gathered, raw...)
	}
	return nil
}

// TestFramesAreCutAnyhow: however the bytes are cut, every frame comes whole.
func TestFramesAreCutAnyhow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream, passed, gathered []byte
		for range rapid.IntRange(0, 8).Draw(t, "frames") {
			id := rapid.Uint32Range(0, 3).Draw(t, "stream")
			f := frame(http2.FrameType(rapid.IntRange(0, 12).Draw(t, "type")), 0, id, noise(rapid.IntRange(0, 300).Draw(t, "length")))
			stream = append(stream, f...)
			if id%2 == 0 {
				passed = append(passed, f...)
			} else {
				gathered = append(gathered, f...)
			}
		}
		var cut frames
		var log frameLog
		for len(stream) > 0 {
			piece := stream[:rapid.IntRange(1, len(stream)).Draw(t, "piece")]
			stream = stream[len(piece):]
			for len(piece) > 0 {
				n, err := cut.next(piece, &log)
				require.NoError(t, err)
				piece = piece[n:]
			}
		}
		require.True(t, bytes.Equal(passed, log.passed))
		require.True(t, bytes.Equal(gathered, log.gathered))
		require.True(t, cut.between())
	})
}

// TestHeaderBlocksEncodeToTheSameFields: after a block has been kept back, a
// receiver still reads all others, in frames of the right order.
func TestHeaderBlocksEncodeToTheSameFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire bytes.Buffer
		sender := hpack.NewEncoder(&wire)
		ours := newHeaderBlock()
		var got []hpack.HeaderField
		receiver := hpack.NewDecoder(defaultTable, func(f hpack.HeaderField) { got = append(got, f) })
		for i := range rapid.IntRange(1, 20).Draw(t, "blocks") {
			var want []hpack.HeaderField
			wire.Reset()
			for range rapid.IntRange(1, 6).Draw(t, "fields") {
				f := hpack.HeaderField{
					Name:  rapid.SampledFrom([]string{":path", "a", "b", "cookie"}).Draw(t, "name"),
					Value: string(noise(rapid.IntRange(0, 9000).Draw(t, "length"))), Sensitive: rapid.Bool().Draw(t, "sensitive"),
				}
				want = append(want, f)
				require.NoError(t, sender.WriteField(f))
			}
			id := uint32(2*i + 1)
			complete := false
			raw := blockFrames(http2.FrameHeaders, http2.FlagHeadersEndStream, id, nil, wire.Bytes())
			for len(raw) > 0 {
				h, err := http2.ReadFrameHeader(bytes.NewReader(raw))
				require.NoError(t, err)
				require.True(t, ours.admits(h))
				n := frameHeaderSize + int(h.Length)
				complete, err = ours.add(h, raw[:n], defaultTable)
				require.NoError(t, err)
				raw = raw[n:]
			}
			require.True(t, complete)
			if rapid.Bool().Draw(t, "kept back") {
				ours.encoded = true
				ours.drop()
				continue
			}
			got = nil
			readBlock(t, ours.take(), receiver)
			require.Equal(t, want, got)
		}
	})
}

func readBlock(t *rapid.T, p []byte, d *hpack.Decoder) {
	for first := true; len(p) > 0; first = false {
		h, err := http2.ReadFrameHeader(bytes.NewReader(p))
		require.NoError(t, err)
		require.Equal(t, first, h.Type == http2.FrameHeaders)
		n := frameHeaderSize + int(h.Length)
		require.Equal(t, n == len(p), h.Flags.Has(http2.FlagHeadersEndHeaders))
		_, err = d.Write(p[frameHeaderSize:n])
		require.NoError(t, err)
		p = p[n:]
	}
	require.NoError(t, d.Close())
}

// FuzzEditedResponsesFailOpen: with a rule that finds nothing to replace, whatever an upstream
// answers passes byte for byte.
func FuzzEditedResponsesFailOpen(f *testing.F) {
	answers := make(chan []byte, 1)
	upstream := serve(f, func(conn *net.TCPConn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = conn.Write(<-answers)
		}
	})
	p := startProxy(f, upstream)
	put(f, p, Rule{ID: "none", Kind: HTTPBody, Percent: 100, Replacements: map[string]string{"a text that no seed has in it": ""}})
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\nA: b\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"))
	f.Add([]byte("HTTP/1.0 200 OK\r\n\r\nuntil the end"))
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := dial(t, p.Addr())
		answers <- data
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got), "sent %q, got %q", data, got)
		eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
	})
}

// FuzzHTTP2EditedResponses: an upstream of arbitrary frames whose responses rules change can break
// its own connection, and nothing else.
func FuzzHTTP2EditedResponses(f *testing.F) {
	answers := make(chan []byte, 1)
	upstream := serve(f, func(conn *net.TCPConn) {
		_, _ = conn.Write(append(frame(http2.FrameSettings, 0, 0, nil), <-answers...))
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	})
	p := startProxy(f, upstream)
	put(f, p, Rule{ID: "text", Kind: HTTPBody, Percent: 50, Replacements: map[string]string{"one": "2"}})
	put(f, p, Rule{ID: "body", Kind: HTTPBody, Percent: 100, Body: "body"})
	ok := []hpack.HeaderField{{Name: ":status", Value: "200"}}
	f.Add(append(headers(1, ok, false, false), frame(http2.FrameData, http2.FlagDataEndStream, 1, []byte("one"))...))
	f.Add(append(headers(1, ok, false, false), headers(1, []hpack.HeaderField{{Name: "t", Value: "x"}}, true, false)...))
	f.Add(append(headers(1, ok, false, false), resetFrame(1, http2.ErrCodeCancel)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := dial(t, p.Addr())
		answers <- data
		go func() {
			_, _ = conn.Write(clientFrames())
			_ = conn.CloseWrite()
		}()
		_, _ = io.Copy(io.Discard, conn)
		require.NoError(t, conn.Close())
		eventually(t, func() bool { return sessions(p) == 0 }, "the session ends")
		eventually(t, func() bool { return p.held.used.Load() == 0 }, "nothing is held any more")
	})
}
