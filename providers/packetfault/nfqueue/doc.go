// Package nfqueue speaks the protocol by which the kernel hands packets to a process and
// asks for verdicts: NFNL_SUBSYS_QUEUE of linux/netfilter/nfnetlink_queue.h.
//
// Packets come as netlink messages, one each. Reading goes through a file of the
// runtime's poller and one buffer, not through netlink.Conn: that looks at every
// message twice to learn its length, which is the greater part of a packet's cost.
package nfqueue
