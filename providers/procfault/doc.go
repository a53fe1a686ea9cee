// Package procfault pauses and kills processes of another container that shares a
// PID namespace with this one.
//
// A pause is held by ptrace(2): a worker process attaches to every thread
// (PTRACE_SEIZE) and stops it (PTRACE_INTERRUPT). When the worker dies, however that
// happens, the kernel detaches, and the threads run on. So nobody has to survive for
// a pause to end, and signals that arrive meanwhile wait in the kernel and are
// delivered afterwards. SIGSTOP would need somebody to send SIGCONT, and has no
// effect at all on the first process of a PID namespace, which is what the main
// process of a container is, when it is sent from inside (pid_namespaces(7)).
//
// For the same reason the first process is killed through ptrace
// (PTRACE_O_EXITKILL). The kernel then ends every process of the namespace, the
// caller among them.
//
// Both need CAP_SYS_PTRACE, and CAP_KILL for processes of other users.
package procfault
