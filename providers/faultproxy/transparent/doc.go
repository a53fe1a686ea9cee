// Package transparent is the fault engine of package faultproxy in the way of
// connections that know nothing of it: the kernel redirects those in a scope to it
// (package firewall), and it leads each to where it was going, under rules that
// have one deadline.
//
//	r, err := transparent.Start(ctx, transparent.Spec{
//		ID:       "down",
//		Scope:    firewall.Scope{Direction: firewall.Ingress, DestinationPorts: []firewall.PortRange{firewall.Port(80)}},
//		Rules:    []faultproxy.Rule{{ID: "down", Kind: faultproxy.HTTPStatus, Percent: 10, Status: 503}},
//		Deadline: time.Now().Add(time.Minute),
//	})
//
// # The end
//
// At the deadline the kernel ends the redirect, whoever lives, and the rules end with
// it. Connections that exist go on without a fault for as long as the process does; new ones pass the engine
// by. The table stays until the last of them has ended, for five minutes at most, without effect, whoever sweeps. When the
// process is killed its connections are cut.
//
// # Two ways to the engine
//
// What comes in is given to the engine as it is, by nft_tproxy: no packet is translated or tracked by it, and when the
// process is killed new connections pass at once. Only connections to this machine are, and on ports as they are after
// everybody's own translation: where a mesh redirects a port, or packets are forwarded to a virtual machine, those go on as before, and the
// fault has no effect on them. What goes out is redirected, and so is what comes in where a kernel
// lacks nft_tproxy or nft_fib: new connections in the scope are refused from the death of the process until the deadline.
// Without a table of type nat in it a network namespace does not translate addresses any more, so firewall.Sweep
// leaves that of a redirect until the engine has served its last connection, or, as nobody can tell whether it
// lives, for five minutes.
//
// # Beside faults on packets
//
// Of the two ways of a connection, faults on packets (firewall.Queue, firewall.Drop) see the one between this network namespace and its
// peer, with the peer's address and the port that was meant, during the fault and for as long as the engine serves the
// connection: its connections out bear firewall.Onward. The other way stays inside. Only where a kernel without nft_tproxy redirects what
// comes in do they see the port of the engine.
//
// # Memory
//
// An engine with 10,000 connections stays within 64 MiB in a process whose GOMEMLIMIT is
// 40 MiB, as the agent's is. HTTP is looked at on all of them, and 1,024 at a time may be those of
// which a rule has selected a request, or that take more than a look (heads in pieces,
// HTTP/2): beyond it, such connections pass without the rules for requests, and Stats counts
// them. Bytes that are held, by rules or for clients that do not read, are on a budget, beyond which
// responses pass unchanged and little is read at a time.
//
// # Giving up
//
// Each connection takes two file descriptors, and more while it moves much. When the process has only
// 2,048 left, or a quarter of its limit, new connections pass the engine by, and Failed is closed.
// Those that exist go on.
//
// # What is not as without it
//
// An upstream sees connections that come from an address of this network namespace, not
// from the client. A connect succeeds before the upstream has been asked, and is
// reset where that refuses. Connections that were made before Start are not in the
// engine's hands. A server that starts anew meanwhile finds its port in use unless it sets SO_REUSEADDR, as nearly all do:
// connections that came in have it. Where the scopes of two engines meet, the one that was started first has
// a connection that comes in, and the one that was started last has one that goes out or is redirected: the kernel asks the newest
// first, of which a redirect is final, while a socket given is replaced by whoever is asked later.
package transparent
