//go:build linux

package supervisor

import (
	"bytes"
	"strings"
)

const (
	tailLines = 20
	logWindow = 1 << 20 // how much of a log is looked at, from its end
)

// tail is the last lines of a text, each indented and closed; empty for an empty
// text.
func tail(text []byte, lines int) string {
	text = bytes.TrimRight(text, "\n")
	if len(text) == 0 {
		return ""
	}
	all := strings.Split(string(bytes.ToValidUTF8(text, []byte("�"))), "\n")
	kept := all[max(0, len(all)-lines):]
	return "  | " + strings.Join(kept, "\n  | ") + "\n"
}
