package faultproxy

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// answer is the response that a rule gives to a request.
func answer(r *activeRule, h *head, persists bool) (top, content string) {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.Status, reason(r.Status))
	typed := false
	for _, name := range slices.Sorted(maps.Keys(r.ResponseHeaders)) {
		fmt.Fprintf(&b, "%s: %s\r\n", name, r.ResponseHeaders[name])
		typed = typed || strings.EqualFold(name, "Content-Type")
	}
	content = r.Body
	if r.Status == http.StatusNoContent || r.Status == http.StatusNotModified {
		content = ""
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(content))
	}
	if content != "" && !typed {
		b.WriteString("Content-Type: text/plain; charset=utf-8\r\n")
	}
	if !persists {
		b.WriteString("Connection: close\r\n")
	} else if h.minor == '0' {
		b.WriteString("Connection: keep-alive\r\n")
	}
	b.WriteString("\r\n")
	if h.method == http.MethodHead {
		content = ""
	}
	return b.String(), content
}

// reason never is empty, as some clients choke on that.
func reason(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "Status"
}
