// Package faultproxy is a TCP hop that forwards bytes untouched until rules say
// otherwise. It delays, throttles, partitions and resets connections, and
// delays, answers, aborts or changes HTTP requests and responses on them.
//
//	p, err := faultproxy.Start(faultproxy.Config{Listen: "127.0.0.1:0", Upstream: "127.0.0.1:5432"})
//	...
//	err = p.Put(faultproxy.Rule{ID: "slow", Kind: faultproxy.Delay, Latency: 300 * time.Millisecond})
//	...
//	p.Remove("slow")
//	err = p.Close()
//
// A rule takes hold of open connections as well as of new ones, at once, and
// leaves no trace in the stream when it goes: what it held back follows in
// order. Every rule counts what it touched, as proof of its effect.
//
// Egress is the direction from the client to the upstream, ingress the other.
// The stages of the two directions mirror each other, so that a request that an
// HTTP rule answers is delayed as if it had gone all the way:
//
//	egress:  client   → bandwidth → partition → delay → HTTP rules → upstream
//	ingress: upstream → HTTP rules → bandwidth → partition → delay → client
//
// # The life of a connection
//
// A connection and the one to its upstream are a session. It forwards in one of
// three ways, from the cheapest to the one that can do everything:
//
//	accept ─ held while partitioned ─ dial ─┬─ no rule ─→ ride ─┐
//	                                        └─ rules ───────────┴─→ two legs ─→ end
//	                                                             relay ⇄ stages
//
// The words mean:
//
//   - A ride (Linux) shares the express, one thread for many sessions, with raw
//     file descriptors: the least a short message can cost. A rule, a burst, a jam
//     or a break ends the ride for good, and the legs take over what it has left.
//   - A track is how a ride follows HTTP while there are rules for requests. A rule that
//     selects one ends the ride, as does what a track is not made for: a head in
//     pieces, an upgrade, HTTP/2. The legs take over how far it has come, too.
//   - A leg is one direction, with a goroutine that reads. While no rule concerns
//     it, it relays: it copies, and splices bursts.
//   - While a rule does, its bytes go through the stages above. Delay puts them
//     into a line, which a second goroutine empties, the writer. A leg goes back to
//     relaying when the rules have gone and its line is empty.
//
// A change of rules swaps the rule set and pokes every session: a ride is
// recalled, unless the rules only wait for a request, and what a leg is blocked in is interrupted by a deadline in the
// past. Whoever is interrupted clears the deadline, takes the bytes it has in
// hand along and looks at the rules again. That is all there is to switching: no
// byte is ever in two hands.
//
// A direction ends in order behind its bytes: with a half-close, or with a RST
// where its source broke. A source may be found broken by the other direction,
// as it wrote to it (sever); its last words are still delivered first. A session
// is over when both directions have ended, or when it is aborted.
//
// The two directions share a conversation, which is how far HTTP on the
// connection is understood: seeking a request, following requests and responses,
// or opaque for good. Requests are followed and judged on the egress side; the
// replies to those that do not pass are given on the ingress side, each in its
// place among the responses. What cannot be followed passes unseen, except where
// a client would then wait for a reply for ever: that session is aborted.
//
// # The files
//
//	kind, rule, validate         what users give
//	proxy, accept, rules         start and close; connections in; Put, Remove, deadlines
//	ruleset, stats, evidence     the rules in force, what they have touched
//	session, ending              a connection from its accept to its end
//	express, ride, board         forwarding with no rule, on Linux
//	track, sight                 HTTP there, as long as no rule selects a request
//	leg, relay, splice, inlet    one direction, and its fast path
//	stages, line, writer         bandwidth, partition, delay
//	deliver                      to the destination, or to the HTTP rules
//	conversation, pending        what the two directions know of the HTTP
//	requests, verdict, answer    HTTP, egress side
//	responses, edit*             HTTP, ingress side; responses that are changed
//	head, body, match, glob      HTTP, parsed
//	h2_*, grpc                   HTTP/2, stream by stream
//	destination, retire, bulk    behind a redirect; a gentle end; bodies spliced past HTTP rules
//	share, jitter, bucket        choices by chance, delays, rates
//	clock, buffer                exact timers, borrowed memory
//
// # Locks
//
// They are taken in this order: Proxy.mu, session.mu, ride.mu, and then those that
// guard one value each (tally, line, conversation, bucket, loop).
//
// # What it cannot do
//
// The client's handshake ends at the proxy, so a connect succeeds during a
// partition and is not itself delayed; only what follows is. A client that
// connected during a partition and closed its side before the end of it is let
// go, as its connect would not have succeeded by then. A chunk, the unit
// of jitter, is what one read returned, not a packet. TLS and anything
// else that is not HTTP passes HTTP rules unchanged, and so does HTTP/2 on a
// connection that began before there was an HTTP rule, as its header compression
// depends on all that went before. A delay in HTTP/2 holds the response, not the
// request: streams are opened in the order of their ids. An HTTP rule that
// arrives in the middle of a connection takes it for a request boundary that the
// upstream has spoken last, which a client that pipelines can defeat. A session
// is reset when no file descriptor can be had as a rule arrives.
package faultproxy
