package local

import (
	"maps"
	"slices"
	"syscall"
)

// signals are those that a person may ask for. SIGSTOP is not among them: a
// stopped process is local_process_pause's, which knows how to undo it.
func signals() map[string]syscall.Signal {
	return map[string]syscall.Signal{
		"SIGABRT": syscall.SIGABRT, "SIGHUP": syscall.SIGHUP, "SIGINT": syscall.SIGINT, "SIGKILL": syscall.SIGKILL,
		"SIGQUIT": syscall.SIGQUIT, "SIGTERM": syscall.SIGTERM, "SIGUSR1": syscall.SIGUSR1, "SIGUSR2": syscall.SIGUSR2,
	}
}

func signalNames() []string { return slices.Sorted(maps.Keys(signals())) }
