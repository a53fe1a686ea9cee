package secret_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/secret"
)

// TestACutSecret: an excerpt that ends, or begins, within a secret is no text that
// holds it.
func TestACutSecret(t *testing.T) {
	const token = `eyJ0eXAi"Pz8_dZ4w\q8Nf1uVb7sKxG` // as a token, with what is escaped
	quoted := fmt.Sprintf("%q", token[:20]+"…")
	encoded := base64.StdEncoding.EncodeToString([]byte(token))
	for name, c := range map[string]struct {
		secrets     []string
		given, want string
	}{
		"its beginning":                {[]string{token}, "bad " + token[:20] + "…", "bad (sensitive)…"},
		"with more after it":           {[]string{token}, token[:20] + "… (300 bytes)", "(sensitive)… (300 bytes)"},
		"quoted":                       {[]string{token}, "got " + quoted, `got "(sensitive)…"`},
		"quoted in ASCII":              {[]string{token}, fmt.Sprintf("got %+q", token[:20]+"…"), `got "(sensitive)\u2026"`},
		"in base64":                    {[]string{token}, "Basic " + encoded[:15] + "…", "Basic (sensitive)…"},
		"all but a byte":               {[]string{"hunter22x"}, "hunter22…", "(sensitive)…"},
		"all":                          {[]string{"hunter22x"}, "hunter22x…", "(sensitive)…"},
		"its end":                      {[]string{token}, "…" + token[10:] + " is bad", "…(sensitive) is bad"},
		"its midst":                    {[]string{token}, "…" + token[5:25] + "…", "…(sensitive)…"},
		"between two cuts":             {[]string{token}, "…" + token[10:] + ", " + token[:9] + "…", "…(sensitive), (sensitive)…"},
		"one line of many":             {[]string{"BEGIN KEY\nabcdefghijkl\nEND"}, "got abcdefghij…", "got (sensitive)…"},
		"one that begins another":      {[]string{"hunter22", "hunter22-and-more-of-it"}, "hunter22-and-more…", "(sensitive)…"},
		"one whose end begins another": {[]string{"swordfishhunter22", "hunter22-and-more"}, "swordfishhunter22…", "(sensitive)…"},
		"what begins again":            {[]string{"ababababababX"}, "abababababababab…", "abab(sensitive)…"},
		"short ones":                   {[]string{"abc"}, "abc and ab…", "(sensitive) and ab…"},
		"elsewhere":                    {[]string{token}, token[:20] + " and more …", token[:20] + " and more …"},
		"too little of it":             {[]string{token}, token[:7] + "…", token[:7] + "…"},
		"nothing of it":                {[]string{token}, "a… b…", "a… b…"},
		"no secrets":                   {nil, "text…", "text…"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, secret.NewMask(c.secrets...).Text(c.given))
		})
	}
}

// valid is what is left of a text that was cut within a rune.
func valid(text string) string { return strings.ToValidUTF8(text, "") }

// TestNothingOfACutSecretStays: wherever a long secret is cut, and however it is
// quoted, no part of it is left that is worth hiding.
func TestNothingOfACutSecretStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringOfN(rapid.RuneFrom([]rune(`abXY09-_."\$üé`)), 100, 300, -1).Draw(t, "token")
		from := rapid.IntRange(0, len(token)/2).Draw(t, "from")
		to := rapid.IntRange(len(token)/2, len(token)).Draw(t, "to")
		mask := secret.NewMask(token)
		for _, format := range []string{"%s", "%q", "%+q"} {
			for _, text := range []string{"bad token: " + valid(token[:to]) + "…", "…" + valid(token[from:]) + ": a bad token"} {
				got := mask.Text(fmt.Sprintf(format, text))
				for at := 0; at+8 <= len(token); at++ {
					if strings.Contains(got, token[at:at+8]) {
						t.Fatalf("%q has %q of the secret", got, token[at:at+8])
					}
				}
			}
		}
	})
}
