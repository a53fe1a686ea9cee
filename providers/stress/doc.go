// Package stress uses up processor time, memory and space of filesystems: in the
// control group of whoever starts it, so inside a pod as well as on a machine.
//
// Whatever is used up is used by worker processes, which execute this very binary
// again; Main is their entry. A worker's death gives everything back, and it dies
// with whoever started it (parent-death signal) and at its deadline (a timer of its
// own, and a kernel timer behind it, which works even while the worker is stopped).
//
// In an ephemeral container the control group is that container's, below the pod's:
// a limit of the pod counts what workers take, the limit of another container does not.
package stress
