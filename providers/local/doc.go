// Package local is the provider of real things on this machine: processes, links
// between them, faults on both and on the machine itself, and the process probe.
//
// An environment's processes, links and faults are owned by a process of their
// own, package supervisor, so that a killed gameday leaves nothing behind.
package local
