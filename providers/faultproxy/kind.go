package faultproxy

// Kind says what a rule does.
type Kind string

// The kinds of rules, and the fields of Rule that each reads.
const (
	Delay      Kind = "delay"       // Latency, Jitter, Correlation: every chunk arrives later, in order
	Bandwidth  Kind = "bandwidth"   // Rate, Buffer: a token bucket that all connections share, one for each direction
	Partition  Kind = "partition"   // nothing passes, neither bytes nor ends; connections stay open
	Reset      Kind = "reset"       // Probability: connections, open ones too, end with a TCP RST
	HTTPDelay  Kind = "http_delay"  // Match, Percent, Latency, Jitter, Correlation: requests reach the upstream later
	HTTPStatus Kind = "http_status" // Match, Percent, Status, Body, ResponseHeaders: the proxy answers in the upstream's place
	HTTPAbort  Kind = "http_abort"  // Match, Percent: the connection is reset in place of an answer; in HTTP/2 its stream alone is
	HTTPBody   Kind = "http_body"   // Match, Percent, Body or Replacements, ResponseHeaders: responses reach the client with another body
	GRPCStatus Kind = "grpc_status" // Match, GRPC, Percent: gRPC calls end with a status in the upstream's place
)

// http reports whether rules of this kind act on requests.
func (k Kind) http() bool {
	return k == HTTPDelay || k == HTTPStatus || k == HTTPAbort || k == HTTPBody || k == GRPCStatus
}

// Direction says which of a connection's two streams a rule acts on.
type Direction string

// The directions. The empty direction means Both, but Egress for Delay, so that
// a round trip gains the latency once.
const (
	Egress  Direction = "egress"  // client → upstream
	Ingress Direction = "ingress" // upstream → client
	Both    Direction = "both"
)

// covers reports whether a rule of direction d acts on the stream way, which is
// Egress or Ingress.
func (d Direction) covers(way Direction) bool { return d == way || d == Both }

// defaultDirection is what an empty direction means for a kind.
func defaultDirection(k Kind) Direction {
	if k == Delay || k.http() {
		return Egress
	}
	return Both
}
