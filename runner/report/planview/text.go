package planview

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"

	"github.com/gameday-dev/gameday/runner/event"
)

// seconds writes a time for people: "250 ms", "3 s", "2.5 s", "1 min 30 s",
// "2 h 5 min".
func seconds(s float64) string {
	switch {
	case s > 0 && s < 0.9995:
		return number(s*1000) + " ms"
	case s < 59.95:
		return number(s) + " s"
	}
	whole := int64(math.Round(s))
	hours, minutes, rest := whole/3600, whole/60%60, whole%60
	if hours > 0 {
		return join(" ", amount(hours, "h"), amount(minutes, "min"))
	}
	return join(" ", amount(minutes, "min"), amount(rest, "s"))
}

func amount(n int64, unit string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// number writes with at most one decimal.
func number(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// exact writes all digits that a number has.
func exact(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// count is "1 fault", "2 faults".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, plural(noun))
}

// plural knows the nouns that name kinds of targets: process, proxy, link.
func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"):
		return noun + "es"
	case strings.HasSuffix(noun, "y"):
		return strings.TrimSuffix(noun, "y") + "ies"
	default:
		return noun + "s"
	}
}

// place is where something is declared: "shop.gameday.hcl:51".
func place(s event.Source) string {
	if s.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", clean(s.File), s.Line)
}

// join leaves empty parts out.
func join(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}

// fill pads to a width in columns, with at least one space.
func fill(text string, width int) string {
	return text + strings.Repeat(" ", max(1, width-lipgloss.Width(text)))
}

// clean makes text safe to print: control characters, which could move the
// cursor or change what was already shown, are written out, and white space
// becomes single spaces.
func clean(text string) string {
	if !strings.ContainsFunc(text, unsafe) {
		return text
	}
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if unsafe(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// unsafe also finds the marks that turn the direction of text around.
func unsafe(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// wrap breaks text at spaces into lines of at most width columns. A word that is
// longer stays whole, so that paths and addresses can be copied.
func wrap(text string, width int) []string {
	if len(text) <= width {
		return []string{text}
	}
	var lines []string
	line, used := "", 0
	for _, word := range strings.Split(text, " ") {
		w := lipgloss.Width(word)
		if line != "" && used+1+w > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if line == "" {
			line, used = word, w
			continue
		}
		line, used = line+" "+word, used+1+w
	}
	return append(lines, line)
}
