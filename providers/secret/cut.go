package secret

import (
	"cmp"
	"slices"
	"strings"
)

// shortestPart is the length in bytes from which the beginning or the end of a
// secret is blotted out at a cut. What is shorter gives little away, and may be
// there by chance.
const shortestPart = 8

// marks stand where excerpts were cut, as they are and quoted in ASCII.
func marks() []string { return []string{"…", `\u2026`} }

func isCut(text string) bool {
	return slices.ContainsFunc(marks(), func(mark string) bool { return strings.Contains(text, mark) })
}

// span is a part of a text: from one byte to before another.
type span struct{ from, to int }

// cutText is a text that was cut somewhere without secrets and what was left of
// them there. All is looked for in the text as it came: what is blotted out of
// one secret must not hide that the rest belongs to another one.
func (m *Mask) cutText(text string) string {
	pieces := cutPieces(text)
	var found []span
	for _, form := range m.forms {
		found = append(found, whole(text, form)...)
		if len(form) < shortestPart {
			continue
		}
		for i, piece := range pieces {
			found = append(found, parts(text, piece, form, i > 0, i < len(pieces)-1)...)
		}
	}
	return blotted(text, found)
}

// cutPieces are the parts of a text between its marks.
func cutPieces(text string) []span {
	var pieces []span
	from := 0
	for at := range len(text) {
		for _, mark := range marks() {
			if strings.HasPrefix(text[at:], mark) {
				pieces = append(pieces, span{from, at})
				from = at + len(mark)
			}
		}
	}
	return append(pieces, span{from, len(text)})
}

// whole are the places where a form of a secret stands.
func whole(text, form string) []span {
	var found []span
	for from := 0; ; from++ {
		at := strings.Index(text[from:], form)
		if at < 0 {
			return found
		}
		from += at
		found = append(found, span{from, from + len(form)})
	}
}

// parts are what a piece has of a form at the cuts before and after it: an end, a
// beginning, or all of the piece.
func parts(text string, p span, form string, cutBefore, cutAfter bool) []span {
	piece := text[p.from:p.to]
	if len(piece) < shortestPart {
		return nil
	}
	var found []span
	if cutBefore {
		if n := endingOf(form, piece); n > 0 {
			found = append(found, span{p.from, p.from + n})
		}
	}
	if cutAfter {
		if n := beginningOf(form, piece); n > 0 {
			found = append(found, span{p.to - n, p.to})
		}
	}
	if cutBefore && cutAfter && strings.Contains(form, piece) {
		found = append(found, p)
	}
	return found
}

// beginningOf is how many bytes of a form a piece ends with: the most, or 0.
func beginningOf(form, piece string) int {
	piece = piece[max(0, len(piece)-len(form)):]
	for {
		at := strings.Index(piece, form[:shortestPart])
		if at < 0 {
			return 0
		}
		if piece = piece[at:]; strings.HasPrefix(form, piece) {
			return len(piece)
		}
		piece = piece[1:]
	}
}

// endingOf is how many bytes of the end of a form a piece begins with: the most, or 0.
func endingOf(form, piece string) int {
	piece = piece[:min(len(piece), len(form))]
	for {
		at := strings.LastIndex(piece, form[len(form)-shortestPart:])
		if at < 0 {
			return 0
		}
		if piece = piece[:at+shortestPart]; strings.HasSuffix(form, piece) {
			return len(piece)
		}
		piece = piece[:len(piece)-1]
	}
}

// blotted is a text with a blot for each of the spans; those that overlap get one.
func blotted(text string, found []span) string {
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var out strings.Builder
	end := 0
	for _, s := range found {
		if s.from >= end {
			out.WriteString(text[end:s.from] + Blot)
		}
		end = max(end, s.to)
	}
	return out.String() + text[end:]
}
