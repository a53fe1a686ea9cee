package procfs

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// NamespacedIDs are the ids of a process in the PID namespaces that it is in, from the one
// of /proc to its own: the line NSpid of /proc/PID/status (proc_pid_status(5)). It is
// ErrGone without such a process.
func NamespacedIDs(pid int) ([]int, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	return parseNamespacedIDs(text), nil
}

func parseNamespacedIDs(text []byte) []int {
	var ids []int
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		value, found := strings.CutPrefix(lines.Text(), "NSpid:")
		if !found {
			continue
		}
		for _, field := range strings.Fields(value) {
			if id, err := strconv.Atoi(field); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
