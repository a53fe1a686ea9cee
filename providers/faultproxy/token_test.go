package faultproxy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTokens holds each byte against the definition of tchar in RFC 9110, section 5.6.2.
func TestTokens(t *testing.T) {
	const symbols = "!#$%&'*+-.^_`|~"
	const digits = "0123456789"
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for c := range 256 {
		assert.Equal(t, strings.IndexByte(symbols+digits+letters, byte(c)) >= 0, isToken([]byte{byte(c)}), "%q", c)
	}
	assert.False(t, isToken(""))
}
