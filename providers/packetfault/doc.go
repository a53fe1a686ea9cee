// Package packetfault delays, loses, corrupts, duplicates, reorders and holds back packets
// of a network namespace, or drops all of them.
//
// What shall be dropped altogether the kernel drops (package firewall). All else passes through
// a queue (NFQUEUE) to this process, which decides on each packet as netem and tbf
// would and holds it as long as it must. Attributes and their meaning are those of tc-netem(8) and
// tc-tbf(8):
//
//   - delay: latency ± jitter, uniform as netem's without a distribution, each following the one before by
//     the correlation. Jitter may reorder packets, as netem's does. Of every gap packets, one has the
//     chance of reorder_percent to pass at once, ahead of those that wait.
//   - loss, duplicate, corrupt: by percent of packets, with a correlation. Corruption is one bit,
//     after the checksum was made, so that the receiver finds the packet damaged.
//   - bandwidth: a token bucket on bytes from the IP header on; tbf counts 14 bytes of Ethernet more.
//
// Where both are given, packets pass bandwidth first and are delayed then.
//
// # Senders
//
// The kernel counts a packet against the buffer of its socket until it has left, and has TCP send little beyond what waits
// on the own machine. So a queue for packets that leave makes their senders wait. Those of a bandwidth are to, as on a slow link. Those of a
// delay are not: a packet that is to wait for longer than 2 ms goes to another queue as a copy on nobody's account (nfqueue.Queue.Move), the
// same to all who see it after. netem does as much (skb_orphan_partial). For it packets come whole and in segments, which costs
// more. It is so for 16 MiB; what there is no room for waits on its sender's account.
//
// # The end
//
// Rules match until the deadline and not longer, by the kernel's clock. If this process dies earlier, packets
// pass at once (a partition: at the deadline), and those that were held are lost, as on a link that
// breaks. Close lets held packets go. When the process cannot keep up with the kernel, packets
// pass unharmed: the queue fails open. So do further ones, and are counted, when as much is held for a delay as may be
// (Spec.Limit): netem would drop them, and a delay loses nothing here. A bandwidth drops what has no room to wait, before it
// costs tokens, as tbf does.
//
// # Several faults
//
// Each fault has its own queue, which is never that to which the rules of another one lead that is in force, also when its process was
// killed. A packet goes through the faults, the newest first,
// and what one lets go, later, goes on to the next: delays add up, losses multiply. Partitions
// come before all others. Duplicates bear firewall.Mark and pass no further fault.
// What a fault on connections or names has led to this process is met once, where it leaves or enters the network namespace.
package packetfault
