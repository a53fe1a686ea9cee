package plan

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// shortener writes the paths in texts from the working directory. path.module is
// absolute, but where a checkout lies is not part of what a plan does: it would
// keep the plan from being applied in another one.
type shortener struct{ dir string } // absolute and slash-separated; empty changes nothing

func newShortener() shortener {
	dir, err := os.Getwd()
	if err != nil || dir == filepath.Dir(dir) {
		return shortener{}
	}
	return shortener{filepath.ToSlash(dir)}
}

// pathEnds are the characters at which a path in a text is taken to end, and
// before one to begin.
const pathEnds = " \t\n\"'`,:;=()[]{}<>|"

func (s shortener) text(in string) string {
	if s.dir == "" || !strings.Contains(in, s.dir) {
		return in
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(in, s.dir)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		end := strings.IndexAny(after, pathEnds)
		if end < 0 {
			end = len(after)
		}
		rest := after[:end]
		if isPath := rest == "" || rest[0] == '/'; isPath && begins(before) {
			out.WriteString(path.Clean("./" + rest))
		} else {
			out.WriteString(s.dir + rest)
		}
		in = after[end:]
	}
}

// begins reports whether a path can begin after a text.
func begins(before string) bool {
	return before == "" || strings.ContainsRune(pathEnds, rune(before[len(before)-1]))
}
