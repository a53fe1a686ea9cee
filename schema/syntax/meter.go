package syntax

// Limits that keep HCL's parser and evaluator, which are recursive, far from the
// end of the stack. People stay below a tenth of either.
const (
	MaxDepth     = 100   // brackets, templates and template directives inside one another
	MaxOperators = 10000 // operators in one expression
)

// meter bounds how deep the syntax tree of what passes by can get: every open
// bracket is a level, and every operator may be one, until a comma or the end
// of a line ends its expression.
type meter struct {
	frames    []frame
	operators int // sum over the frames
	depth     int // frames and open directives
	maxDepth  int
	maxOps    int
}

// frame is an open bracket, quote or template sequence.
type frame struct {
	kind       byte // ( [ { " $ %
	ignoresEOL bool // newlines do not end an expression in it
	operators  int
	directives int // %{ if } and %{ for } that are still open
}

func newMeter() *meter { return &meter{frames: []frame{{}}} }

func (m *meter) top() *frame { return &m.frames[len(m.frames)-1] }

// exceeded reports whether a limit was passed.
func (m *meter) exceeded() bool { return m.maxDepth > MaxDepth || m.maxOps > MaxOperators }

func (m *meter) deeper(by int) {
	m.depth += by
	m.maxDepth = max(m.maxDepth, m.depth)
}

// open enters a bracket. It counts as an operator too, for chains such as
// a[b][c][d], whose brackets are never open together.
func (m *meter) open(kind byte) {
	m.operator()
	m.frames = append(m.frames, frame{kind: kind, ignoresEOL: kind != '{'})
	m.deeper(1)
}

// shut leaves the innermost bracket; false if there is none.
func (m *meter) shut() bool {
	if len(m.frames) == 1 {
		return false
	}
	m.separator()
	m.deeper(-1 - m.top().directives)
	m.frames = m.frames[:len(m.frames)-1]
	return true
}

func (m *meter) operator() {
	m.top().operators++
	m.operators++
	m.maxOps = max(m.maxOps, m.operators)
}

// separator ends an expression in the innermost bracket.
func (m *meter) separator() {
	m.operators -= m.top().operators
	m.top().operators = 0
}

func (m *meter) newline() {
	if !m.top().ignoresEOL {
		m.separator()
	}
}

// directive takes note of the keyword that follows %{.
func (m *meter) directive(keyword string) {
	if len(m.frames) < 2 {
		return
	}
	around := &m.frames[len(m.frames)-2]
	switch keyword {
	case "if", "for":
		around.directives++
		m.deeper(1)
	case "endif", "endfor":
		if around.directives > 0 {
			around.directives--
			m.deeper(-1)
		}
	}
}
