package dnsfault

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// RFC 1035, section 2.3.4; a name of 255 octets on the wire has 253 characters.
const (
	maxName  = 253
	maxLabel = 63
)

// pattern matches canonical names. One without wildcards is only compared; the
// others are regular expressions, whose time is linear in the name, whatever the
// pattern is.
type pattern struct {
	exact string
	glob  *regexp.Regexp
}

func (p pattern) matches(name string) bool {
	if p.glob == nil {
		return p.exact == name
	}
	return p.glob.MatchString(name)
}

func anyMatches(patterns []pattern, name string) bool {
	for _, p := range patterns {
		if p.matches(name) {
			return true
		}
	}
	return false
}

// canonical is a name or pattern in lower case without the dot at its end.
func canonical(name string) string {
	if strings.HasSuffix(name, `\.`) { // part of the last label
		return strings.ToLower(name)
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

func compilePattern(text string) (pattern, error) {
	name := canonical(text)
	if err := checkPattern(name); err != nil {
		return pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	if !strings.ContainsAny(name, "*?") {
		return pattern{exact: name}, nil
	}
	glob, err := regexp.Compile("^" + wildcards().Replace(regexp.QuoteMeta(name)) + "$")
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	return pattern{glob: glob}, nil
}

// wildcards turns what QuoteMeta has quoted into what it means. The longer of two
// comes first.
func wildcards() *strings.Replacer {
	return strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^.]*`, `\?`, `[^.]`)
}

func checkPattern(name string) error {
	if name == "" {
		return errors.New("is empty: expected a name such as shop.example.com, or ** for all")
	}
	if len(name) > maxName {
		return fmt.Errorf("has %d characters: a name has at most %d", len(name), maxName)
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || c == '\\' {
			return fmt.Errorf("holds %q: expected printable ASCII without spaces and backslashes; write international names in Punycode (xn--...)", c)
		}
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" {
			return errors.New("has an empty label: expected one dot between labels and none in front")
		}
		if len(label) > maxLabel {
			return fmt.Errorf("has a label of %d characters: expected at most %d", len(label), maxLabel)
		}
	}
	return nil
}

func compilePatterns(texts []string) ([]pattern, error) {
	var errs []error
	patterns := make([]pattern, 0, len(texts))
	for _, text := range texts {
		p, err := compilePattern(text)
		errs = append(errs, err)
		patterns = append(patterns, p)
	}
	return patterns, errors.Join(errs...)
}
