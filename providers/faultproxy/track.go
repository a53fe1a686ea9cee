package faultproxy

import "net/http"

// track is how far the HTTP/1 on a connection has been followed where that is cheap:
// messages whose heads come in one piece, and requests that no rule selects. At anything
// else it stops, and the two sides of the HTTP rules go on from there.
type track struct{ egress, ingress passage }

// passage is the place in one direction: in a body, or before a head.
type passage struct {
	body   body
	inBody bool
}

// mostTracked bounds the requests that wait on a track: what pipelines more is rare.
const mostTracked = 16

// requests follows p from the client and returns how much of it passes; what is left, if
// anything, is for those who can do more. h is memory to work with.
func (t *track) requests(p []byte, talk *conversation, rules []*activeRule, h *head) int {
	return t.egress.follow(p, func(p []byte) (int, bool) { return t.request(p, talk, rules, h) }, func() {})
}

// responses is requests for what comes from the upstream.
func (t *track) responses(p []byte, talk *conversation, h *head) int {
	return t.ingress.follow(p, func(p []byte) (int, bool) { return t.response(p, talk, h) }, talk.pop)
}

// follow goes through as many messages as are in p.
func (at *passage) follow(p []byte, begin func(p []byte) (int, bool), ended func()) (passed int) {
	for passed < len(p) {
		n, ok := at.step(p[passed:], begin, ended)
		if !ok {
			break
		}
		passed += n
	}
	return passed
}

// step takes the next head, or what there is of a body; when it reports false nothing is
// changed.
func (at *passage) step(p []byte, begin func(p []byte) (int, bool), ended func()) (int, bool) {
	if !at.inBody {
		return begin(p)
	}
	rest := at.body
	n, done, ok := rest.consume(p)
	if !ok {
		return 0, false
	}
	at.body, at.inBody = rest, !done
	if done {
		ended()
	}
	return n, true
}

func (t *track) request(p []byte, talk *conversation, rules []*activeRule, h *head) (int, bool) {
	n := headLength(p)
	if n == 0 || n > maxHead || !h.readRequest(p[:n]) || len(h.method) > maxMethod || h.upgrade || h.expect || h.method == http.MethodConnect {
		return 0, false
	}
	for _, rule := range rules {
		if rule.selects(h) {
			return 0, false
		}
	}
	if talk.waiting() >= mostTracked || !talk.push(exchange{toHead: h.method == http.MethodHead}) {
		return 0, false
	}
	t.egress.begin(requestBody(h))
	return n, true
}

func (t *track) response(p []byte, talk *conversation, h *head) (int, bool) {
	to, ok := talk.front()
	n := headLength(p)
	if !ok || n == 0 || n > maxHead || !beginsResponse(p) || !h.readResponse(p[:n]) || h.status < 200 {
		return 0, false
	}
	if t.ingress.begin(responseBody(h, to.toHead)); !t.ingress.inBody {
		talk.pop()
	}
	return n, true
}

func (at *passage) begin(b body) { at.body, at.inBody = b, b.mode != noBody }

// between reports whether no request is under way, as far as the client has sent it.
func (t *track) between() bool { return !t.egress.inBody }
