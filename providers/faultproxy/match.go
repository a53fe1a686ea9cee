package faultproxy

import (
	"net/http"
	"strings"
)

// path is the target's path without the query, also of the absolute form that
// clients of a forward proxy send.
func (h *head) path() string {
	path := h.target
	if _, after, ok := strings.Cut(path, "://"); ok && !strings.HasPrefix(path, "/") {
		i := strings.IndexByte(after, '/')
		if i < 0 {
			return "/"
		}
		path = after[i:]
	}
	path, _, _ = strings.Cut(path, "?")
	return path
}

// selects reports whether a rule is for a request.
func (a *activeRule) selects(h *head) bool {
	switch {
	case a.Kind == GRPCStatus && !a.GRPC.matches(h):
		return false
	case a.Kind == HTTPBody && h.method == http.MethodHead: // whose response has none
		return false
	default:
		return a.Match.matches(h)
	}
}

// matches reports whether a request is one that m selects.
func (m Match) matches(h *head) bool {
	if m.Method != "" && m.Method != h.method {
		return false
	}
	if m.Path != "" && !glob(m.Path, h.path(), '/') {
		return false
	}
	for name, pattern := range m.Headers {
		if !h.has(name, pattern) {
			return false
		}
	}
	return true
}

// has reports whether any field of the name has a value that matches.
func (h *head) has(name, pattern string) bool {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) && glob(pattern, f.value, 0) {
			return true
		}
	}
	return false
}
