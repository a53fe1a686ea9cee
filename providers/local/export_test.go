package local

import (
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// WithPatience sets how long a supervisor may take to say that it is there.
func WithPatience(patience time.Duration) Option {
	return func(p *Provider) { p.patience = patience }
}

// SocketOf is the socket in a handle.
func SocketOf(from providers.EnvironmentHandle) string {
	h, _ := readHandle(from)
	return h.Socket
}
