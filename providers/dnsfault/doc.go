// Package dnsfault is a DNS forwarder that errs and spoofs for names that match
// patterns, and passes everything else byte for byte.
//
//	r, err := dnsfault.Start(ctx, dnsfault.Spec{
//		Upstreams: []string{"10.96.0.10"},
//		Mark:      0x67,
//		Deadline:  time.Now().Add(time.Minute),
//		Rules:     []dnsfault.Rule{{ID: "down", Kind: dnsfault.Error, Patterns: []string{"payments.shop.**"}, Percent: 100}},
//	})
//	... redirect port 53 to r.Port(), but for packets with the mark ...
//	err = r.Close()
//
// # Patterns
//
// A pattern is compared with the full name of the question, as it is on the wire,
// in any case, without the dot at its end; so a dot at the end of a pattern means
// nothing either. ? is one byte within a label, * any number of them, also none,
// ** any bytes, also dots. A pattern covers the whole name:
//
//	pattern          matches                                  does not match
//	example.com      example.com, EXAMPLE.com.                www.example.com
//	*.example.com    www.example.com                          example.com, a.b.example.com
//	**.example.com   www.example.com, a.b.example.com         example.com
//	payments.shop.** payments.shop.svc.cluster.local          payments.shop
//	**               everything, the root as well
//
// This is not the * of zones (RFC 4592), which spans labels, but that of
// certificates (RFC 6125), of doublestar and of the paths of faultproxy.
//
// Names in pods are expanded by their resolver before they are asked: an
// application that says payments.shop asks for
// payments.shop.shop.svc.cluster.local, then for payments.shop.svc.cluster.local
// (which exists), and never for payments.shop. A pattern does not guess such a
// list: it matches what was asked. Write payments.shop.svc.cluster.local, or
// payments.shop.** for every expansion. The latter matters for NXDOMAIN, upon
// which a resolver tries its next expansion; upon SERVFAIL glibc does so too.
//
// # What passes
//
// A message that is not a plain question (a response, another opcode, not one
// question, a class other than IN, anything malformed) is forwarded as any other
// that matches no rule: the same bytes with the same ID go out, the same bytes
// come back. A truncated reply over UDP is passed on truncated, since it is the
// client that may ask again over TCP. Over TCP messages keep their order, may be
// pipelined (RFC 7766), and one question may have many replies (AXFR).
//
// # The end
//
// At the deadline the forwarder only forwards. It does so until Close, because
// conntrack redirects flows that it knows for longer than the rule stands. No
// spoofed record lives longer than to the deadline, and NXDOMAIN bears no SOA, so
// that nobody may cache it (RFC 2308, section 5).
//
// # The files
//
//	spec, rule, validate    what users give
//	pattern, record, zone   names and records, parsed
//	judge, answer, chase    a question, its rule, the rule's answer
//	server, udp, tcp        the listeners
//	upstream, origin, mark  the resolver that was meant
//	flights, stats          bounds and evidence
package dnsfault
