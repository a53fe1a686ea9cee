// Package firewall makes the packets that a fault is about go another way: to a
// queue of the process, to another port, or nowhere.
//
// A fault owns one nftables table for each address family, named "gameday_" and
// the fault's ID. Every rule in it begins with a look-up in the set "gate", whose only
// element has a timeout in the kernel that ends at the fault's deadline. So
// nobody has to be alive for the effect to end: the rules stay, and match nothing.
// Lift removes the table, Sweep removes tables whose gate has closed. Tables of
// others are never read for more than their names, and never written.
//
// # Hooks and order
//
// Packets are queued and dropped in the hooks input and output of type filter, after
// the addresses of services have been translated on the way out, so that peers are
// the addresses of pods. Dropping has a lower priority than queueing: what a
// partition takes away is neither delayed nor counted by another fault. Several faults
// of one kind see a packet in the order in which they were installed, and a packet
// that one of them lets pass goes on to the next.
//
// Connections are redirected in prerouting and output of type nat. That is decided
// at a connection's first packet: when the gate closes, connections that exist
// stay where they are, and new ones pass. With Transparent, those that come in are given to a socket in prerouting,
// before anybody translates addresses (Documentation/networking/tproxy.rst of Linux); of several such faults, the one
// that was installed first has the connection, as the kernel asks it last.
//
// # What is never matched
//
// Packets with the mark Mark, which the agent sets on all its own sockets; loopback
// traffic, unless the scope asks for it; and neighbour discovery (RFC 4861), because
// without it an IPv6 host loses everybody, not only the peers of the fault.
//
// # Requirements
//
// Linux with nf_tables and CAP_NET_ADMIN in the network namespace. Queueing uses
// the NFQUEUE target of xtables through nft_compat, because hardened kernels come
// without nft_queue more often than without the former; that is also why the tables are of the
// families ip and ip6, as inet has no compatibility layer.
package firewall
