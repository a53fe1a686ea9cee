package undo

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errPointer says that a text is no JSON Pointer, or that it leads nowhere in
// the object that it is meant for.
var errPointer = errors.New("the pointer leads nowhere")

// Escape makes one token of a JSON Pointer (RFC 6901) of any text.
func Escape(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// parse takes a JSON Pointer apart. The whole object is no place for an edit,
// so the empty pointer is an error too.
func parse(pointer string) ([]string, error) {
	if !strings.HasPrefix(pointer, "/") {
		return nil, fmt.Errorf("%w: %q does not begin with a slash", errPointer, pointer)
	}
	parts := strings.Split(pointer[1:], "/")
	for i, part := range parts {
		if badEscape(part) {
			return nil, fmt.Errorf("%w: in %q, expected ~0 or ~1 after each tilde of %q", errPointer, pointer, part)
		}
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts, nil
}

func badEscape(token string) bool {
	for i := range len(token) {
		if token[i] == '~' && (i+1 == len(token) || token[i+1] != '0' && token[i+1] != '1') {
			return true
		}
	}
	return false
}

func join(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + Escape(token))
	}
	return b.String()
}

// position reads a token as the index of an element that a list of this length
// has. RFC 6901 allows no signs and no leading zeros.
func position(token string, length int) (int, bool) {
	i, err := strconv.Atoi(token)
	return i, err == nil && strconv.Itoa(i) == token && i >= 0 && i < length
}

func isNumber(token string) bool {
	_, err := strconv.ParseUint(token, 10, 31)
	return err == nil
}
