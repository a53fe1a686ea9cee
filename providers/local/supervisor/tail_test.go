//go:build linux

package supervisor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTail(t *testing.T) {
	full := strings.Repeat("x", tailWidth)
	wide := strings.Repeat("x", tailWidth-1) + "ä" // one byte more, inside of a character
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                   {"\n", ""},
		"the last lines":            {"a\nb\nc\n", "  | b\n  | c\n"},
		"a line that fits":          {full + "\n", "  | " + full + "\n"},
		"a line that does not":      {"a\n" + strings.Repeat("x", 900_000), "  | a\n  | " + full + "…\n"},
		"cut between characters":    {wide, "  | " + full[1:] + "…\n"},
		"what is no text is marked": {"\xff\n", "  | �\n"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, tail([]byte(c.text), 2)) })
	}
}
