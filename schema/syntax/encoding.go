package syntax

import (
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// checkEncoding refuses what is not UTF-8. HCL would report every broken
// character; the first one, with its place, says enough.
func checkEncoding(src []byte, name string) hcl.Diagnostics {
	if utf8.Valid(src) {
		return nil
	}
	at := invalidAt(src)
	pos := position(src, at)
	return hcl.Diagnostics{{
		Severity: hcl.DiagError,
		Summary:  "Invalid character encoding",
		Detail: fmt.Sprintf("The byte 0x%02X at offset %d, in line %d, is not valid UTF-8. "+
			"Save the file as UTF-8.", src[at], at, pos.Line),
		Subject: &hcl.Range{Filename: name, Start: pos, End: hcl.Pos{Line: pos.Line, Column: pos.Column + 1, Byte: at + 1}},
	}}
}

func invalidAt(src []byte) int {
	for at := 0; at < len(src); {
		r, size := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return len(src)
}

// position is where an offset is, with columns counted in characters.
func position(src []byte, offset int) hcl.Pos {
	pos := hcl.InitialPos
	for at := 0; at < offset; {
		r, size := utf8.DecodeRune(src[at:])
		pos.Column++
		if r == '\n' {
			pos.Line++
			pos.Column = 1
		}
		at += size
	}
	pos.Byte = offset
	return pos
}
