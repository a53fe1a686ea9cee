// Package supervisor is the process that owns what a local environment runs:
// its processes, its links, the faults on them and every fault's deadline.
//
// It stands between gameday and the environment so that nothing outlives either
// of them. Three things end what it owns:
//
//   - The lease. The runner holds one request open. When that breaks, however the
//     runner died, every fault is reverted at once, every process is ended, and
//     the supervisor exits.
//   - The deadlines. Each fault has a timer here, which reverts it although the
//     runner lives but hangs.
//   - The kernel. Should the supervisor itself be killed, each of its children
//     gets SIGKILL by the parent-death signal that it was started with. That
//     works on stopped processes, gives memory back, and frees the blocks of a
//     file that no longer has a name. Grandchildren do not have that signal: their
//     process group is orphaned by the supervisor's death, upon which the kernel
//     sends SIGHUP and SIGCONT to groups that hold a stopped process; whatever
//     still lives then carries the marks of its run in its environment, by which
//     Sweep finds it.
//
// The supervisor speaks HTTP and JSON over a socket that only its own user may
// use. The package imports nothing of the configuration language, because it
// is also the small static binary gameday-agent.
package supervisor
