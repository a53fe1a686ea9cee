// Package transparent is the fault engine of package faultproxy behind a redirect of
// the kernel (nftables REDIRECT): each connection is led to where it was going,
// under rules that have one deadline.
//
// The firewall is somebody else's. It has to redirect TCP connections to the port
// of Running.Addr, but those with the packet mark of Spec.Mark, and to stop before
// Close or at the deadline. Connections that exist then go on without a fault.
package transparent
