package http_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secure is a TLS server, with the file of its certificate.
func secure(t *testing.T, change func(*tls.Config)) (server *httptest.Server, caFile string) {
	t.Helper()
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s for %s, clients: %d", r.Proto, r.TLS.ServerName, len(r.TLS.PeerCertificates))
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.TLS = &tls.Config{}
	if change != nil {
		change(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return server, caFile
}

func TestTLS(t *testing.T) {
	server, ca := secure(t, nil)
	for _, test := range []struct{ name, block, err, body string }{
		{name: "unknown authority", err: "the server's certificate is signed by an unknown authority: name it as tls.ca_file"},
		{name: "known authority", block: fmt.Sprintf("ca_file = %q", ca), body: "HTTP/2.0 for , clients: 0"},
		{name: "server name", block: fmt.Sprintf("ca_file = %q\nserver_name = \"example.com\"", ca), body: "HTTP/2.0 for example.com, clients: 0"},
		{
			name: "wrong server name", block: fmt.Sprintf("ca_file = %q\nserver_name = \"shop.example\"", ca),
			err: "the server's certificate is not valid: x509: certificate is valid for example.com, *.example.com, not shop.example",
		},
		{name: "anything goes", block: "insecure_skip_verify = true", body: "HTTP/2.0 for , clients: 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sample := sampled(t, fmt.Sprintf("url = %q\ntls {\n%s\n}", server.URL, test.block))
			assert.Equal(t, test.err, sample.Error)
			if test.err == "" {
				assert.Equal(t, test.body, sample.Fields.GetAttr("body").AsString())
			}
		})
	}
}

func TestPlainServersDoNotSpeakTLS(t *testing.T) {
	server := serve(t, shop)
	assert.Contains(t, sampled(t, fmt.Sprintf("url = %q", "https"+server.URL[len("http"):])).Error, "http: server gave HTTP response to HTTPS client")
}

func TestClientCertificates(t *testing.T) {
	certFile, keyFile, pool := clientCertificate(t)
	server, ca := secure(t, func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, pool
	})
	without := sampled(t, fmt.Sprintf("url = %q\ntls { ca_file = %q }", server.URL, ca))
	assert.False(t, without.OK) // with the server's alert, or with the reset that overtakes it
	with := sampled(t, fmt.Sprintf("url = %q\ntls {\nca_file = %q\ncert_file = %q\nkey_file = %q\n}", server.URL, ca, certFile, keyFile))
	require.Empty(t, with.Error)
	assert.Equal(t, "HTTP/2.0 for , clients: 1", with.Fields.GetAttr("body").AsString())
}

func TestUnusableFiles(t *testing.T) {
	_, diags := tryOpen(t, "url = \"https://localhost\"\ntls { ca_file = \"nowhere/ca.pem\" }")
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "nowhere/ca.pem")

	text := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, text, []byte("hello"))
	_, diags = tryOpen(t, fmt.Sprintf("url = \"https://localhost\"\ntls { ca_file = %q }", text))
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "holds no certificate in PEM form")
}

// clientCertificate is a certificate that has signed itself, on disk and as
// the pool that trusts it.
func clientCertificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "probe"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeFile(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	writeFile(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return certFile, keyFile, pool
}
