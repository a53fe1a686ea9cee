package local

import "github.com/gameday-dev/gameday/providers"

// SocketOf is the socket in a handle.
func SocketOf(from providers.EnvironmentHandle) string {
	h, _ := readHandle(from)
	return h.Socket
}
