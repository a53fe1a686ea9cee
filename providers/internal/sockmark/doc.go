// Package sockmark marks sockets (SO_MARK of socket(7)), so that rules of the firewall tell the
// traffic of gameday's own from that which a fault is about.
package sockmark
