// Package bounded keeps logs from filling the disk: of what is written it keeps the
// beginning and the end, with a line between them that says how much was left out.
//
// Libraries rotate logs (lumberjack: only the end stays, in several files) or keep
// both ends in memory, where they die with their process.
package bounded

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// Limits are how much of a log is kept, in bytes. On disk the end may be twice as
// long, so that it need not be moved at every write.
type Limits struct{ Head, Tail int64 }

// Log is a file that keeps both ends of what is written to it. It may be written to
// and read at the same time.
type Log struct {
	limits Limits

	mu      sync.Mutex
	file    *os.File
	size    int64 // of the file
	head    int64 // where the beginning ends, once something was left out
	body    int64 // where the end begins: behind the line that tells of it
	left    int64 // bytes left out
	removed int64 // how much shorter the file is than what was written
	lost    int64 // bytes that could not be written
}

// Open opens a log, and goes on with one that exists.
func Open(path string, limits Limits) (*Log, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close() // nothing was written to it
		return nil, err
	}
	return &Log{limits: limits, file: file, size: info.Size()}, nil
}

// Write adds to the log and never fails: a process whose log cannot be written, as
// on a disk that is full, must not stand still for it. What is lost is told of as
// soon as there is room again.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost > 0 && l.add(fmt.Appendf(nil, "[gameday: %d bytes could not be written]\n", l.lost)) {
		l.lost = 0
	}
	if l.lost > 0 || !l.add(p) {
		l.lost += int64(len(p))
	}
	if l.size > l.limits.Head+2*l.limits.Tail {
		l.shorten()
	}
	return len(p), nil
}

// add reports whether all of p is in the file; if not, nothing of it is.
func (l *Log) add(p []byte) bool {
	if _, err := l.file.WriteAt(p, l.size); err != nil {
		return false
	}
	l.size += int64(len(p))
	return true
}

// shorten leaves out what is between the beginning and the end. A file that cannot
// be shortened stays as it is, and is tried again at the next write.
func (l *Log) shorten() {
	if l.body == 0 {
		l.head = l.lineBefore(l.limits.Head)
		l.body = l.head
	}
	from := l.lineAfter(l.size - l.limits.Tail)
	end := make([]byte, l.size-from)
	if _, err := l.file.ReadAt(end, from); err != nil {
		return
	}
	left := l.left + from - l.body
	line := fmt.Appendf(nil, "[gameday: %d bytes left out]\n", left)
	kept := slices.Concat(line, end)
	if _, err := l.file.WriteAt(kept, l.head); err != nil {
		return
	}
	size := l.head + int64(len(kept))
	if l.file.Truncate(size) != nil {
		return
	}
	l.removed += l.size - size
	l.size, l.left, l.body = size, left, l.head+int64(len(line))
}

// longestLine is how far a cut is moved so that it falls between two lines.
const longestLine = 64 << 10

// lineBefore is the end of the last line before a position; the position itself in
// the middle of a long one.
func (l *Log) lineBefore(at int64) int64 {
	text := l.read(max(0, at-longestLine), at)
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		return at - int64(len(text)-i-1)
	}
	return at
}

// lineAfter is the beginning of the first line after a position.
func (l *Log) lineAfter(at int64) int64 {
	text := l.read(at, min(at+longestLine, l.size))
	if i := bytes.IndexByte(text, '\n'); i >= 0 && at+int64(i)+1 < l.size {
		return at + int64(i) + 1
	}
	return at
}

func (l *Log) read(from, to int64) []byte {
	text, _ := io.ReadAll(io.NewSectionReader(l.file, from, to-from)) // without it, a line is cut
	return text
}

// Written is how much has been written so far: a position for Since.
func (l *Log) Written() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size + l.removed
}

// Since is what was written after a position and is still there, at most its last
// bytes.
func (l *Log) Since(position, last int64) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := position
	if l.removed > 0 {
		from = max(position-l.removed, l.body)
	}
	return l.read(min(max(from, l.size-last), l.size), l.size)
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }
