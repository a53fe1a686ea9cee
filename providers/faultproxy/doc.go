// Package faultproxy is a TCP hop that forwards bytes untouched until rules say
// otherwise. It delays, throttles, partitions and resets connections, and
// delays, answers or aborts HTTP/1.1 requests on them.
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
// # What it cannot do
//
// The client's handshake ends at the proxy, so a connect succeeds during a
// partition and is not itself delayed; only what follows is. A client that
// connected during a partition and closed its side before the end of it is let
// go, as its connect would not have succeeded by then. A chunk, the unit
// of jitter, is what one read returned, not a packet. HTTP/2, TLS and anything
// else that is not HTTP/1.x passes HTTP rules unchanged.
package faultproxy
