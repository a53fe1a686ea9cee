package syntax

import "bytes"

// clearlyShallow reports whether native syntax is sure to stay within the
// limits, and where it can be cut into pieces: after ends of lines outside of
// any bracket, at least so many bytes apart. It is several times as fast as
// HCL's scanner and allocates next to nothing; where the two could disagree, it
// says false and leaves the decision to the scanner.
func clearlyShallow(src []byte, apart int) (cuts []int, sure bool) {
	s := shallowScan{src: src, meter: newMeter(), apart: apart}
	for s.at < len(s.src) {
		if s.meter.top().kind == '"' {
			sure = s.quoted()
		} else {
			sure = s.code()
		}
		if !sure || s.meter.exceeded() {
			return nil, false
		}
	}
	return s.cuts, len(s.meter.frames) == 1
}

type shallowScan struct {
	src   []byte
	at    int
	meter *meter
	apart int
	cuts  []int
}

// rest is what is still to be scanned.
func (s *shallowScan) rest() []byte { return s.src[s.at:] }

// code scans a byte or a comment outside of quotes; false if unsure.
func (s *shallowScan) code() bool {
	c := s.src[s.at]
	switch c {
	case '\n':
		s.newline()
	case ',':
		s.meter.separator()
	case '(', '[', '"':
		s.meter.open(c)
	case '{':
		s.meter.open(c)
		s.meter.top().ignoresEOL = s.mayBeFor()
	case ')', ']', '}':
		if !s.shut(c) {
			return false
		}
	case '#':
		s.skipLine()
		return true
	case '/':
		return s.slash()
	case '<':
		if s.next() == '<' {
			return false // a heredoc, whose end only the scanner knows
		}
		s.meter.operator()
	case '+', '-', '*', '%', '&', '|', '!', '?', ':', '=', '>':
		s.meter.operator()
	}
	s.at++
	return true
}

// newline ends a line, and the piece before it if that is long enough.
func (s *shallowScan) newline() {
	s.meter.newline()
	last := 0
	if len(s.cuts) > 0 {
		last = s.cuts[len(s.cuts)-1]
	}
	if next := s.at + 1; len(s.meter.frames) == 1 && next-last >= s.apart && next < len(s.src) {
		s.cuts = append(s.cuts, next)
	}
}

// slash scans a comment or a division.
func (s *shallowScan) slash() bool {
	switch s.next() {
	case '/':
		s.skipLine()
		return true
	case '*':
		return s.skipComment()
	default:
		s.meter.operator()
		s.at++
		return true
	}
}

// next is the byte after the current one; 0 at the end.
func (s *shallowScan) next() byte {
	if s.at+1 >= len(s.src) {
		return 0
	}
	return s.src[s.at+1]
}

// quoted scans a byte or an escape in a quoted template; false if unsure.
func (s *shallowScan) quoted() bool {
	switch c := s.src[s.at]; c {
	case '"':
		s.meter.shut()
	case '\\':
		s.at++
		if s.at >= len(s.src) || s.src[s.at] < ' ' {
			return false
		}
	case '\n', '\r':
		return false
	case '$', '%':
		return s.sequence(c)
	}
	s.at++
	return true
}

// sequence scans what a dollar or percent sign begins: a template sequence, an
// escaped one, or nothing.
func (s *shallowScan) sequence(sign byte) bool {
	switch next := s.next(); {
	case next == sign:
		return false // escapes are rare enough to be left to the scanner
	case next == '{' && sign == '%':
		return false // and so are directives
	case next == '{':
		s.at++
		s.meter.open('$')
	}
	s.at++
	return true
}

// shut closes the innermost bracket if it is the counterpart of c.
func (s *shallowScan) shut(c byte) bool {
	switch kind := s.meter.top().kind; {
	case c == ')' && kind == '(', c == ']' && kind == '[', c == '}' && (kind == '{' || kind == '$'):
		return s.meter.shut()
	default:
		return false
	}
}

// mayBeFor reports whether "for" may follow an opening brace.
func (s *shallowScan) mayBeFor() bool {
	next := bytes.TrimLeft(s.rest()[1:], " \t\r\n")
	return bytes.HasPrefix(next, []byte("for")) || bytes.HasPrefix(next, []byte("#")) || bytes.HasPrefix(next, []byte("/"))
}

// skipLine skips to the newline, which is not part of the comment here.
func (s *shallowScan) skipLine() {
	end := bytes.IndexByte(s.rest(), '\n')
	if end < 0 {
		end = len(s.rest())
	}
	s.at += end
}

func (s *shallowScan) skipComment() bool {
	end := bytes.Index(s.rest()[2:], []byte("*/"))
	s.at += end + 4
	return end >= 0
}
