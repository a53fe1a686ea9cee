package procfs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Memory is the machine's memory in bytes.
type Memory struct {
	Total     int64
	Available int64 // what can be given out without swapping
}

// ReadMemory reads /proc/meminfo.
func ReadMemory() (Memory, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return Memory{}, err
	}
	return ParseMemory(text)
}

// ParseMemory parses the text of /proc/meminfo.
func ParseMemory(text []byte) (Memory, error) {
	found := sizes(text)
	memory := Memory{Total: found["MemTotal"], Available: found["MemAvailable"]}
	if memory.Total <= 0 || memory.Available < 0 {
		return Memory{}, fmt.Errorf("meminfo has no MemTotal")
	}
	return memory, nil
}

// Anonymous is the resident memory of a process that is no file's, in bytes: the line
// RssAnon of /proc/PID/status (proc_pid_status(5)), which the kernel does not keep exactly.
// It is ErrGone without such a process, and 0 for one that waits to be reaped.
func Anonymous(pid int) (int64, error) { return sizeIn(pid, "status", "RssAnon") }

// AnonymousExactly is the same by /proc/PID/smaps_rollup: the kernel counts the pages for
// it, which takes its time. It needs the right to trace the process.
func AnonymousExactly(pid int) (int64, error) { return sizeIn(pid, "smaps_rollup", "Anonymous") }

// sizeIn is one line of a file about a process, 0 without the line.
func sizeIn(pid int, file, name string) (int64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return 0, ErrGone
	}
	if err != nil {
		return 0, err
	}
	return sizes(text)[name], nil
}

// sizes are the lines of a name and a size, in bytes.
func sizes(text []byte) map[string]int64 {
	found := map[string]int64{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 53)
		if err == nil {
			found[name] = kib << 10
		}
	}
	return found
}
