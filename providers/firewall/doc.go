// Package firewall makes the packets that a fault is about go another way: to a
// queue of the process, to another port, or nowhere.
//
// A fault owns one nftables table for each address family, named "gameday_" and
// the fault's ID. Every rule in it begins with a look-up in the set "gate", whose only
// element has a timeout in the kernel that ends at the fault's deadline. So
// nobody has to be alive for the effect to end: the rules stay, and match nothing.
// Lift removes the table, Sweep removes tables whose gate has closed. Tables of
// others are read by Diverters alone, and never written.
//
// # Hooks and order
//
// Packets are queued and dropped in the hooks input and output of type filter, after
// the addresses of services have been translated on the way out, so that peers are
// the addresses of pods. Dropping has a lower priority than queueing: what a
// partition takes away is neither delayed nor counted by another fault. Of several faults of one kind, the newest sees a
// packet first, and one that it lets pass goes on to the others.
//
// Connections are redirected in prerouting and output of type nat. That is decided
// at a connection's first packet, of one over TCP that which opens it: connections that exist
// stay where they are, as the gate opens and as it closes. Of several such faults, the one that was installed last has the connection, as
// the kernel asks the newest first (nf_hook_entries_grow). With Transparent, those that come in are given to a socket in prerouting
// (Documentation/networking/tproxy.rst of Linux), after everybody has translated destinations, and only if they are to an
// address of this namespace; of several such faults, the one that was installed first has the connection, as the kernel asks it last.
// The others have no effect then: Rivals says beforehand whether there would be any.
//
// Where somebody else leads what is sent to a proxy in this namespace, as a mesh does, what the agent passes on would come to that
// proxy, and what the proxy passes on to the agent, for ever: Diverters says beforehand whether somebody does.
//
// # What was led
//
// Addresses are translated only while some chain of type nat is there. So the table of a redirect says that it is
// needed, in the set "serving", whose element ends five minutes after the effect or with Settle. Until then Tidy and Sweep
// leave it.
//
// A flow over UDP lasts for as long as somebody sends, and each packet would go where the first was led, to a port of a process
// that may be dead. So once the gate has closed, for those five minutes, what goes to the peers and ports of the
// scope is looked for in another zone of connection tracking (ct original zone), where it is unknown: the kernel decides anew
// where it goes, by everybody's rules. Nobody else's flows are touched. Who keeps such flows in the zone of its
// own choice for them, by rules of priority raw, may find them in ours for that time. A kernel without nft_ct or zones leads a
// client that keeps its port, and never pauses for two minutes, to the dead port until the table is settled; a
// kernel that is set to remember flows over UDP for longer than five minutes (nf_conntrack_udp_timeout_stream) does so as well.
//
// # What is never matched
//
// Packets with the mark Mark, which the agent sets on sockets for its own ends; loopback
// traffic, unless the scope asks for it; and neighbour discovery (RFC 4861), because
// without it an IPv6 host loses everybody, not only the peers of the fault.
//
// Where one fault leads connections to the agent, another on packets must not lose sight of them. What the agent passes on bears
// the mark Onward, which keeps it from being led there again, and nothing else: it is queued and dropped like that of anybody,
// with its true peer and port. What goes out and was led to a loopback address, by us or anybody's REDIRECT, is loopback traffic,
// though the kernel still says that it leaves by another device: it is hit once, on its way from there.
//
// # Requirements
//
// Linux with nf_tables and CAP_NET_ADMIN in the network namespace. Queueing uses
// the NFQUEUE target of xtables through nft_compat, because hardened kernels come
// without nft_queue more often than without the former; that is also why the tables are of the
// families ip and ip6, as inet has no compatibility layer.
package firewall
