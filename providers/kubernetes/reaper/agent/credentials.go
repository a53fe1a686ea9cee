package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// accountDir is where Kubernetes puts a pod's credentials.
const accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// requestTimeout bounds a request to an API server that accepts and does not answer.
const requestTimeout = 10 * time.Second

// inCluster speaks to the API server as the pod's service account.
func inCluster() (undo.API, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return undo.API{}, errors.New("expected KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which every pod has: a reaper works inside a cluster")
	}
	return connect("https://"+net.JoinHostPort(host, port), accountDir)
}

func connect(base, dir string) (undo.API, error) {
	path := filepath.Join(dir, "ca.crt")
	text, err := os.ReadFile(path)
	if err != nil {
		return undo.API{}, fmt.Errorf("read the API server's certificate authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return undo.API{}, fmt.Errorf("%s: expected certificates in PEM, found none", path)
	}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: requestTimeout, IdleConnTimeout: time.Minute,
		// A connection to a server that vanished would be used until TCP gives up.
		HTTP2: &http.HTTP2Config{SendPingTimeout: requestTimeout, PingTimeout: requestTimeout},
	}
	return undo.API{Base: base, HTTP: &http.Client{
		Timeout: requestTimeout, Transport: &bearer{next: transport, path: filepath.Join(dir, "token")},
	}}, nil
}

// bearer reads the token for each request: Kubernetes writes a new one before the
// old one expires.
type bearer struct {
	next *http.Transport
	path string
}

// CloseIdleConnections lets http.Client reach the connections.
func (b *bearer) CloseIdleConnections() { b.next.CloseIdleConnections() }

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := os.ReadFile(b.path)
	if err != nil {
		return nil, fmt.Errorf("read the token of the service account: %w", err)
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	return b.next.RoundTrip(req)
}
