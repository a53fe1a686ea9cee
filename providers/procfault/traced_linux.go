package procfault

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// tracedBy is the thread that traces a thread, 0 for none.
func tracedBy(tid int) int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/status")
	if err != nil {
		return 0
	}
	return parseTracer(text)
}

// parseTracer finds TracerPid in the text of /proc/PID/status (proc_pid_status(5)).
func parseTracer(text []byte) int {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "TracerPid:"); found {
			tid, _ := strconv.Atoi(strings.TrimSpace(value))
			return tid
		}
	}
	return 0
}

// heldThreads counts the threads of a process, and those that a tracer has stopped
// (state t, proc_pid_stat(5)).
func heldThreads(id procfs.Identity) (all, held int) {
	if !id.Alive() {
		return 0, 0
	}
	found, _ := threads(id.PID)
	for _, tid := range found {
		stat, err := procfs.Read(tid)
		if err != nil || stat.Gone() {
			continue
		}
		all++
		if stat.State == 't' && tracedBy(tid) != 0 {
			held++
		}
	}
	return all, held
}
