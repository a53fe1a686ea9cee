//go:build linux

package supervisor

import (
	"bytes"
	"io"
	"os"
	"strings"
)

const (
	tailLines = 20
	logWindow = 1 << 20 // how much of a log is looked at, from its end
)

// readFrom reads a log from offset, at most its last logWindow bytes.
func readFrom(path string, offset int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	offset = max(offset, info.Size()-logWindow)
	return io.ReadAll(io.NewSectionReader(file, offset, logWindow))
}

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
