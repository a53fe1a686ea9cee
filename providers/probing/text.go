package probing

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// BodyLimit is how much of an answer is kept, in bytes.
const BodyLimit = 64 << 10

// excerptLimit is how much of an answer an error message quotes, in bytes.
const excerptLimit = 160

// Text is data as a valid string: what is not UTF-8 becomes U+FFFD.
func Text(data []byte) string { return strings.ToValidUTF8(string(data), "\uFFFD") }

// FirstLine is the first line of a text that is not blank, shortened for an
// error message; empty when there is none.
func FirstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return shorten(line)
		}
	}
	return ""
}

// LastLine is the last line of a text that is not blank, shortened for an error
// message; empty when there is none.
func LastLine(text string) string {
	text = strings.TrimSpace(text)
	return shorten(strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:]))
}

func shorten(line string) string {
	if len(line) <= excerptLimit {
		return line
	}
	end := excerptLimit
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + "…"
}

// Quote is an excerpt of an answer as error messages show it: in quotes, or the
// word "nothing".
func Quote(text string) string {
	if line := FirstLine(text); line != "" {
		return fmt.Sprintf("%q", line)
	}
	return "nothing"
}
