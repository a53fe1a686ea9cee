package tcp_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
	"github.com/gameday-dev/gameday/providers/tcp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func probeType() providers.Probe { return tcp.New().Types().Probes[0] }

// listen serves every connection with a function, one after the other.
func listen(t *testing.T, handle func(net.Conn)) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, listener, handle)
	return listener.Addr().String()
}

func serve(t *testing.T, listener net.Listener, handle func(net.Conn)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handle(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
}

func sampled(t *testing.T, timeout time.Duration, body string) providers.Sample {
	t.Helper()
	prober, diags := probeType().Open(t.Context(), providers.OpenRequest{
		Config: bodytest.Decode(t, probeType().Schema(), body), Timeout: timeout,
	})
	require.Empty(t, diags)
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	sample := prober.Sample(ctx)
	require.NoError(t, prober.Close())
	require.Equal(t, sample.OK, sample.Error == "")
	if sample.Fields != cty.NilVal {
		require.True(t, sample.Fields.Type().Equals(probeType().SampleType()))
	}
	return sample
}

// redis answers PING, in two pieces, and keeps the connection open.
func redis(conn net.Conn) {
	request := make([]byte, 64)
	n, _ := conn.Read(request)
	if string(request[:n]) == "PING\r\n" {
		_, _ = io.WriteString(conn, "+PO")
		_, _ = io.WriteString(conn, "NG\r\n")
	}
	_, _ = io.Copy(io.Discard, conn)
}

func TestSamples(t *testing.T) {
	address := fmt.Sprintf("address = %q\n", listen(t, redis))
	sample := sampled(t, 5*time.Second, address)
	assert.True(t, sample.OK, "a connection is enough")

	sample = sampled(t, 5*time.Second, address+"send = \"PING\\r\\n\"\nexpect = \"^\\\\+PONG\"")
	assert.True(t, sample.OK, sample.Error)
	assert.Contains(t, sample.Fields.GetAttr("response").AsString(), "+PONG")

	sample = sampled(t, 100*time.Millisecond, address+"send = \"PING\\r\\n\"\nexpect = \"^-ERR\"")
	assert.Equal(t, `expected an answer that matches "^-ERR", got "+PONG": no answer within 100ms`, sample.Error)

	sample = sampled(t, 100*time.Millisecond, address+"expect = \".\"")
	assert.Equal(t, `expected an answer that matches ".", got nothing: no answer within 100ms`, sample.Error)
}

func TestABannerAndTheEnd(t *testing.T) {
	address := fmt.Sprintf("address = %q\n", listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "220 mail ready\n") }))
	assert.True(t, sampled(t, 5*time.Second, address+`expect = "^220 "`).OK)
	sample := sampled(t, 5*time.Second, address+`expect = "^554"`)
	assert.Equal(t, `expected an answer that matches "^554", got "220 mail ready": the peer closed the connection`, sample.Error)
	assert.Equal(t, cty.NumberIntVal(15), sample.Fields.GetAttr("bytes"))
}

func TestEndlessAnswersAreCut(t *testing.T) {
	address := listen(t, func(conn net.Conn) {
		for chunk := strings.Repeat("x", 4096); ; {
			if _, err := io.WriteString(conn, chunk); err != nil {
				return
			}
		}
	})
	sample := sampled(t, 5*time.Second, fmt.Sprintf("address = %q\nexpect = \"y\"", address))
	assert.Contains(t, sample.Error, "the first 65536 bytes do not match")
	assert.Equal(t, cty.NumberIntVal(64<<10), sample.Fields.GetAttr("bytes"))
}

func TestRefusedAndReset(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := listener.Addr().String()
	require.NoError(t, listener.Close())
	assert.Equal(t, "connection refused: nothing listens at "+gone, sampled(t, 5*time.Second, fmt.Sprintf("address = %q", gone)).Error)

	resetting := listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
	sample := sampled(t, 5*time.Second, fmt.Sprintf("address = %q\nsend = \"?\"\nexpect = \"x\"", resetting))
	assert.Equal(t, `expected an answer that matches "x", got nothing: connection reset by the peer`, sample.Error)
}

func TestTLS(t *testing.T) {
	origin := httptest.NewUnstartedServer(nil)
	origin.StartTLS() // for its certificate
	certificate := origin.TLS.Certificates[0]
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: origin.Certificate().Raw}), 0o600))
	origin.Close()

	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	require.NoError(t, err)
	serve(t, listener, func(conn net.Conn) { _, _ = io.WriteString(conn, "hello\n") })
	body := fmt.Sprintf("address = %q\nexpect = \"hello\"\n", listener.Addr())
	assert.Empty(t, sampled(t, 5*time.Second, body+fmt.Sprintf("tls { ca_file = %q }", ca)).Error)
	assert.Contains(t, sampled(t, 5*time.Second, body+"tls {}").Error, "signed by an unknown authority")

	plain := listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "hello, this is no TLS\n") })
	assert.Contains(t, sampled(t, 5*time.Second, fmt.Sprintf("address = %q\ntls {}", plain)).Error, "the server does not speak TLS")
}

func TestValidation(t *testing.T) {
	validate := func(body string) providers.Diagnostics {
		return probeType().(providers.WithValidate).Validate(t.Context(), bodytest.Decode(t, probeType().Schema(), body))
	}
	for _, address := range []string{"", "localhost", ":80", "localhost:", "localhost:http2000", "localhost:0", "localhost:70000", "::1:80"} {
		diags := validate(fmt.Sprintf("address = %q", address))
		require.Len(t, diags, 1, address)
		assert.Equal(t, "Invalid address", diags[0].Summary)
		assert.True(t, cty.GetAttrPath("address").Equals(diags[0].Path))
	}
	diags := validate("address = \"a:1\"\nexpect = \"(\"")
	require.Len(t, diags, 1)
	assert.True(t, cty.GetAttrPath("expect").Equals(diags[0].Path))
	for _, body := range []string{`address = "[::1]:80"`, `address = unknown`, "address = \"a:1\"\nexpect = unknown\nsend = unknown\ntls { ca_file = unknown }"} {
		assert.Empty(t, validate(body), body)
	}
	bodytest.Documented(t, probeType().Schema())
}

func TestSummary(t *testing.T) {
	for body, want := range map[string]string{
		`address = "redis:6379"`:              "connect to redis:6379",
		"address = \"redis:6379\"\ntls {}":    "connect to redis:6379 with TLS",
		`address = "$${environment.x.redis}"`: "connect to ${environment.x.redis}",
	} {
		bodytest.Summarized(t, probeType(), body, want)
	}
}
