package faultproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httputil"
	"strings"
)

// edit is a response of HTTP/1 on which a rule acts, from its first byte to its last.
type edit struct {
	rule    *activeRule
	session *session
	stage   editStage
	kept    []byte // what came, until it is certain that it does not pass
	head    head
	length  int    // of the head in kept
	given   []byte // to go on in place of what comes next
	ended   bool   // the response is complete
}

type editStage int

const (
	editOpen       editStage = iota // the head is not complete
	editPassing                     // the response is not for the rule, or no longer
	editSwallowing                  // its place has been taken
	editCollecting                  // up to its end
)

// begin takes the complete head of a final response with a body.
func (e *edit) begin(h *head, raw []byte) {
	if !e.rule.edits(h) {
		e.stage = editPassing
		return
	}
	e.head, e.length = *h, len(raw)
	if e.rule.alters() {
		e.stage = editCollecting
		return
	}
	e.stage = editSwallowing
	e.given = e.rewrite(raw, []byte(e.rule.Body))
	e.session.touch(e.rule, 0, 1)
}

// take returns what goes on when p has come.
func (e *edit) take(p []byte) []byte {
	if e.stage == editSwallowing {
		out := e.given
		e.keep(nil)
		e.given = nil
		return out
	}
	e.keep(append(e.kept, p...))
	switch {
	case e.stage == editPassing || len(e.kept) > e.length+maxAltered || e.session.proxy.held.exhausted():
		e.stage = editPassing
		return e.release()
	case e.stage == editCollecting && e.ended:
		return e.altered()
	default:
		return nil
	}
}

// keep holds bytes, on the budget of all sessions.
func (e *edit) keep(p []byte) {
	e.session.proxy.held.used.Add(int64(len(p) - len(e.kept)))
	e.kept = p
}

// release returns what was held.
func (e *edit) release() []byte {
	kept := e.kept
	e.keep(nil)
	return kept
}

// altered is the complete response with another text, or as it came where there is none to
// replace.
func (e *edit) altered() []byte {
	raw := e.release()
	content := raw[e.length:]
	if e.head.chunked {
		content, _ = io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(content))) // its framing has been followed
	}
	changed := e.rule.replaced(content)
	if changed == nil {
		return raw
	}
	e.session.touch(e.rule, 0, 1)
	return e.rewrite(raw[:e.length], changed)
}

// replaced is a body with another text; nil: it has none to replace.
func (a *activeRule) replaced(content []byte) []byte {
	changed := a.replacer.Replace(string(content))
	if changed == string(content) {
		return nil
	}
	return []byte(changed)
}

func (e *edit) rewrite(raw, content []byte) []byte {
	line, _, _ := bytes.Cut(raw, []byte("\r\n"))
	var out strings.Builder
	fmt.Fprintf(&out, "%s\r\n", line)
	for _, f := range e.rule.rewritten(e.head.fields, len(content)) {
		fmt.Fprintf(&out, "%s: %s\r\n", f.name, f.value)
	}
	out.WriteString("\r\n")
	out.Write(content)
	return []byte(out.String())
}
