// Package secret takes secrets out of texts, in every form in which they come.
// Providers get configuration without marks, so that they cannot know what they
// must not repeat: whoever passes on what they say masks it.
package secret

import (
	"slices"
	"strconv"
	"strings"
)

// Blot stands where a secret stood.
const Blot = "(sensitive)"

// shortest is the length in bytes from which a secret is blotted out wherever
// it occurs. A shorter one, "1" or "no", occurs everywhere by chance: hiding it
// there would hide nothing and make texts unreadable. It is blotted out only
// where it is the whole text, quoted or not.
const shortest = 3

// Mask replaces secrets. It is safe for use from several goroutines.
type Mask struct {
	long  *strings.Replacer
	forms []string // that long replaces
	short map[string]bool
}

// NewMask makes a mask for secrets, in the forms in which they may come: as
// they are, escaped as in JSON, HCL, Go, YAML and URLs, and in base64. The same
// secrets, in whatever order, give the same texts.
func NewMask(secrets ...string) *Mask {
	m := &Mask{short: map[string]bool{}}
	var long []string
	for _, secret := range secrets {
		if len(secret) < shortest {
			m.addShort(secret)
			continue
		}
		long = append(long, forms(secret)...)
	}
	// At one place the replacer takes the first that matches: longest first,
	// so that a secret which begins with another one goes in whole.
	slices.SortFunc(long, func(a, b string) int { return len(b) - len(a) })
	m.forms = slices.Compact(long)
	var pairs []string
	for _, form := range m.forms {
		pairs = append(pairs, form, Blot)
	}
	m.long = strings.NewReplacer(pairs...)
	return m
}

func (m *Mask) addShort(secret string) {
	if strings.TrimSpace(secret) == "" {
		return
	}
	m.short[secret] = true
	m.short[strconv.Quote(secret)] = true
}

// Text is text without secrets, and, where it was cut within one, without what
// was left of it.
func (m *Mask) Text(text string) string {
	if m.short[text] {
		return Blot
	}
	if isCut(text) {
		return m.cutText(text)
	}
	return m.long.Replace(text)
}
