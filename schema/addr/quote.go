package addr

import (
	"fmt"
	"strings"
	"unicode"
)

// quote writes a text as an HCL literal. Go's own quoting has escapes that HCL
// does not know, and leaves the start of a template as it is.
func quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case (r == '$' || r == '%') && strings.HasPrefix(text[i+1:], "{"):
			out.WriteRune(r)
			out.WriteRune(r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&out, escapeFormat(r), r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

func escapeFormat(r rune) string {
	if r > 0xFFFF {
		return `\U%08X`
	}
	return `\u%04X`
}
