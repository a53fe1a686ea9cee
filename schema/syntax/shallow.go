package syntax

import "bytes"

// clearlyShallow reports whether native syntax is sure to stay within the
// limits. It is several times as fast as HCL's scanner and allocates next to
// nothing; where the two could disagree, it says false and leaves the decision
// to the scanner.
func clearlyShallow(src []byte) bool {
	s := shallowScan{src: src, meter: newMeter()}
	for s.at < len(s.src) {
		step := s.code
		if s.meter.top().kind == '"' {
			step = s.quoted
		}
		if !step() || s.meter.exceeded() {
			return false
		}
	}
	return len(s.meter.frames) == 1
}

type shallowScan struct {
	src   []byte
	at    int
	meter *meter
}

// rest is what is still to be scanned.
func (s *shallowScan) rest() []byte { return s.src[s.at:] }

func (s *shallowScan) has(prefix string) bool { return bytes.HasPrefix(s.rest(), []byte(prefix)) }

// code scans a byte or a comment outside of quotes; false if unsure.
func (s *shallowScan) code() bool {
	c := s.src[s.at]
	switch {
	case c == '#' || s.has("//"):
		return s.skipLine()
	case s.has("/*"):
		return s.skipComment()
	case s.has("<<"):
		return false // a heredoc, whose end only the scanner knows
	}
	s.at++
	switch c {
	case '\n':
		s.meter.newline()
	case ',':
		s.meter.separator()
	case '(', '[', '"':
		s.meter.open(c)
	case '{':
		s.meter.open(c)
		s.meter.top().ignoresEOL = s.mayBeFor()
	case ')', ']', '}':
		return s.shut(c)
	case '+', '-', '*', '/', '%', '&', '|', '!', '?', ':', '=', '<', '>':
		s.meter.operator()
	}
	return true
}

// quoted scans a byte or an escape in a quoted template; false if unsure.
func (s *shallowScan) quoted() bool {
	switch {
	case s.has("$${"), s.has("%%{"):
		// Three dollars in a row are rare enough to be left to the scanner.
		if s.at > 0 && s.src[s.at-1] == s.src[s.at] {
			return false
		}
		s.at += 3
	case s.has("${"):
		s.at += 2
		s.meter.open('$')
	case s.has("%{"):
		return false // a directive
	case s.has(`\`):
		s.at += 2
		return s.at < len(s.src) && s.src[s.at-1] >= ' '
	case s.has("\n"), s.has("\r"):
		return false
	case s.has(`"`):
		s.at++
		s.meter.shut()
	default:
		s.at++
	}
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
	next := bytes.TrimLeft(s.rest(), " \t\r\n")
	return bytes.HasPrefix(next, []byte("for")) || bytes.HasPrefix(next, []byte("#")) || bytes.HasPrefix(next, []byte("/"))
}

// skipLine skips to the newline, which is not part of the comment here.
func (s *shallowScan) skipLine() bool {
	end := bytes.IndexByte(s.rest(), '\n')
	if end < 0 {
		end = len(s.rest())
	}
	s.at += end
	return true
}

func (s *shallowScan) skipComment() bool {
	end := bytes.Index(s.rest()[2:], []byte("*/"))
	s.at += end + 4
	return end >= 0
}
