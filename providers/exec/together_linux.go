package exec

import (
	"runtime"
	"syscall"
)

// dieTogether has the kernel kill the program when gameday dies, however that happens. The
// signal comes when the thread that forked ends, not when its process does, so that this
// thread is kept from others, who might end it, until release is called.
func dieTogether(attr *syscall.SysProcAttr) (release func()) {
	runtime.LockOSThread()
	attr.Pdeathsig = syscall.SIGKILL
	return runtime.UnlockOSThread
}
