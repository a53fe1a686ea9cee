//go:build linux

package supervisor

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const (
	tailLines = 20
	tailWidth = 400     // bytes of a line that are shown: the log has the rest
	logWindow = 1 << 20 // how much of a log is looked at, from its end
)

// tail is the last lines of a text, each cut, indented and closed; empty for an
// empty text.
func tail(text []byte, lines int) string {
	text = bytes.TrimRight(text, "\n")
	if len(text) == 0 {
		return ""
	}
	all := strings.Split(string(bytes.ToValidUTF8(text, []byte("�"))), "\n")
	kept := all[max(0, len(all)-lines):]
	for i, line := range kept {
		kept[i] = cut(line)
	}
	return "  | " + strings.Join(kept, "\n  | ") + "\n"
}

// cut shortens a line: one of a megabyte would push everything else off the
// terminal.
func cut(line string) string {
	if len(line) <= tailWidth {
		return line
	}
	end := tailWidth
	for !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + "…"
}
