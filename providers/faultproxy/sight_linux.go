package faultproxy

// sight looks at bytes for the HTTP rules, and returns how many pass.
func (r *ride) sight(way Direction, p []byte, h *head) int {
	talk, rules := r.session.talk, r.session.proxy.rules.Load().http
	r.settle(rules)
	switch {
	case r.left.track == nil && len(rules) == 0:
		return len(p)
	case r.left.track == nil && !r.follow(way, p):
		return r.unfollowed(way, p)
	case way == Egress:
		return r.left.track.requests(p, talk, rules, h)
	default:
		return r.left.track.responses(p, talk, h)
	}
}

// follow begins to follow HTTP with p, where p is what a track can deal with.
func (r *ride) follow(way Direction, p []byte) bool {
	if way == Ingress || headLength(p) == 0 || beginsHTTP2(p) || !r.session.talk.follow(p) {
		return false
	}
	r.left.track = new(track)
	return true
}

// unfollowed is how much passes where HTTP is not followed: all, but for what may begin
// something that takes more than a track.
func (r *ride) unfollowed(way Direction, p []byte) int {
	if r.session.talk.seeks(way) && (way == Ingress || beginsRequest(p) || beginsHTTP2(p)) {
		return 0
	}
	return len(p)
}

// settle stops following at a request boundary when there is no rule to follow for.
func (r *ride) settle(rules []*activeRule) {
	if len(rules) == 0 && r.left.track != nil && r.left.track.between() && r.session.talk.settle() {
		r.left.track = nil
	}
}
