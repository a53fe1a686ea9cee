package probing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"time"
)

// Explain says why a request failed, in the words of someone who has to mend
// it. What took too long is a time-out, wherever in the stack it showed.
func Explain(ctx context.Context, err error, timeout time.Duration) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the URL is known, and may hold a token
	}
	if timedOut(ctx, err) {
		return fmt.Sprintf("no answer within %s", timeout)
	}
	if errors.Is(err, context.Canceled) {
		return "stopped before the answer came"
	}
	if text := explainTLS(err); text != "" {
		return text
	}
	return explainNetwork(err)
}

func timedOut(ctx context.Context, err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

func explainNetwork(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %q does not resolve: %s", dns.Name, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens at " + remote(err)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset by the peer"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no local address or port is left for a connection to " + remote(err) + ": keep connections alive, or ask less often"
	default:
		return err.Error()
	}
}

func remote(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return op.Addr.String()
	}
	return "that address"
}

func explainTLS(err error) string {
	var unverified *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "the server's certificate is signed by an unknown authority: name it as tls.ca_file"
	case errors.As(err, &unverified):
		return "the server's certificate is not valid: " + unverified.Err.Error()
	case errors.As(err, &plain):
		return "the server does not speak TLS: " + plain.Msg
	default:
		return ""
	}
}
