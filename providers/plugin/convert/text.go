package convert

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text is what somebody reads, on the wire. What providers pass on may be of any bytes, and a message with one string
// that is not UTF-8 cannot be sent at all: bytes that are not become U+FFFD.
func Text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// Texts are what somebody reads, on the wire.
func Texts(list []string) []string { return all(list, Text) }

// identifier is a string by which something is found again, and the field that has it.
type identifier struct{ field, value string }

// identifiers of one field are its elements.
func identifiers(field string, values []string) []identifier {
	return all(values, func(value string) identifier { return identifier{field, value} })
}

// valid refuses identifiers that cannot be sent: with other characters they would be those of something else.
func valid(list ...identifier) error {
	for _, i := range list {
		if !utf8.ValidString(i.value) {
			return fmt.Errorf("%s: expected valid UTF-8, found %q", i.field, i.value)
		}
	}
	return nil
}
