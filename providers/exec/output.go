package exec

import (
	"strings"

	"github.com/gameday-dev/gameday/providers/probing"
)

// head keeps the beginning of what is written to it.
type head struct {
	limit int
	kept  []byte
	total int
}

// Write implements io.Writer. It takes everything.
func (h *head) Write(p []byte) (int, error) {
	h.total += len(p)
	h.kept = append(h.kept, p[:min(len(p), h.limit-len(h.kept))]...)
	return len(p), nil
}

// whole reports whether everything was kept.
func (h *head) whole() bool { return h.total == len(h.kept) }

// tail keeps the end of what is written to it.
type tail struct {
	limit int
	kept  []byte
	total int
}

// Write implements io.Writer. It takes everything.
func (t *tail) Write(p []byte) (int, error) {
	t.total += len(p)
	t.kept = append(t.kept, p[max(len(p)-t.limit, 0):]...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// text is what was kept, with a mark in front when it is not all: whoever hides
// secrets must know where one may have been cut.
func (t *tail) text() string {
	if t.total <= t.limit {
		return probing.Text(t.kept)
	}
	return "…" + strings.TrimLeft(probing.Text(t.kept), "\uFFFD") // of a rune that was cut
}
