package launch

import (
	"strings"
	"unicode"
)

// Command is a command of gameday's that is printed, to be copied as it is. Dir is
// what -chdir led to, from where the reader is; empty for where the reader is.
func Command(dir string, args ...string) string {
	words := []string{"gameday"}
	if dir != "" {
		words = append(words, "-chdir", dir)
	}
	words = append(words, args...)
	for i, word := range words {
		words[i] = shellWord(word)
	}
	return strings.Join(words, " ")
}

// shellWord quotes what a shell would take for more than a word.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_@%+=:,./-", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
