package inside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream" //nolint:staticcheck // client-go v0.37 still takes and gives these types
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/prober"
)

// forward opens a stream to the prober's port, through the API server and the
// node's kubelet. No port is opened on this machine.
func forward(ctx context.Context, c *cluster.Cluster, pod string) (io.ReadWriteCloser, error) {
	dialer, err := dialer(c, pod)
	if err != nil {
		return nil, err
	}
	type answer struct {
		conn httpstream.Connection
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		conn, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
		answers <- answer{conn, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	select {
	case a := <-answers:
		if a.err != nil {
			return nil, a.err
		}
		return streamOn(a.conn)
	case <-ctx.Done(): // a dialer knows no contexts
		go func() {
			if a := <-answers; a.err == nil {
				_ = a.conn.Close()
			}
		}()
		return nil, fmt.Errorf("the API server did not answer: %w", ctx.Err())
	}
}

// dialer speaks SPDY over a websocket, or SPDY alone where a server or a proxy does
// not know that yet.
func dialer(c *cluster.Cluster, pod string) (httpstream.Dialer, error) {
	config := rest.CopyConfig(c.Config)
	config.Timeout = 0
	at := c.Typed.CoreV1().RESTClient().Post().Resource("pods").
		Namespace(Namespace(c.Access)).Name(pod).SubResource("portforward").URL()
	old, err := spdyDialer(config, at)
	if err != nil {
		return nil, err
	}
	over, err := portforward.NewSPDYOverWebsocketDialer(at, config)
	if err != nil {
		return nil, fmt.Errorf("reach the API server: %w", err)
	}
	return portforward.NewFallbackDialer(over, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

func spdyDialer(config *rest.Config, at *url.URL) (httpstream.Dialer, error) {
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, fmt.Errorf("reach the API server: %w", err)
	}
	return spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, at), nil
}

// streamOn asks for the port on a connection. The protocol wants a stream for
// errors beside that for data.
func streamOn(conn httpstream.Connection) (io.ReadWriteCloser, error) {
	headers := http.Header{}
	headers.Set(corev1.PortHeader, strconv.Itoa(prober.Port))
	headers.Set(corev1.PortForwardRequestIDHeader, "0")
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	problems, err := conn.CreateStream(headers)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = problems.Close() // of our direction: nothing is written
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := conn.CreateStream(headers)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	f := &forwarded{Stream: data, conn: conn, problem: make(chan string, 1)}
	go f.listen(problems)
	return f, nil
}

// forwarded is a stream to a port of a pod.
type forwarded struct {
	httpstream.Stream

	conn    httpstream.Connection
	problem chan string
}

// listen waits for an error, which ends the stream.
func (f *forwarded) listen(problems io.Reader) {
	const most = 4 << 10
	text, _ := io.ReadAll(io.LimitReader(problems, most))
	if len(text) > 0 {
		f.problem <- strings.TrimSpace(string(text))
		_ = f.conn.Close()
	}
}

// Read says why the stream broke, where the other end said it.
func (f *forwarded) Read(b []byte) (int, error) {
	n, err := f.Stream.Read(b)
	if err == nil {
		return n, nil
	}
	select {
	case text := <-f.problem:
		return n, errors.New(text)
	default:
		return n, err
	}
}

// Close ends the connection with its streams.
func (f *forwarded) Close() error {
	_ = f.Reset()
	return f.conn.Close()
}
