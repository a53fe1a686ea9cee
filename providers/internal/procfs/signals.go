package procfs

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Dispositions says what a process does on signals.
type Dispositions struct {
	ignored, caught uint64 // bit n-1 is signal n
}

// Ignores reports whether the signal has no effect.
func (d Dispositions) Ignores(signal syscall.Signal) bool { return d.ignored&bit(signal) != 0 }

// Catches reports whether the process handles the signal itself.
func (d Dispositions) Catches(signal syscall.Signal) bool { return d.caught&bit(signal) != 0 }

func bit(signal syscall.Signal) uint64 { return 1 << (uint(signal) - 1) }

// ReadDispositions reads /proc/PID/status.
func ReadDispositions(pid int) (Dispositions, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return Dispositions{}, err
	}
	return ParseDispositions(text)
}

// ParseDispositions parses the text of /proc/PID/status.
func ParseDispositions(text []byte) (Dispositions, error) {
	var d Dispositions
	found := 0
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		mask, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		switch {
		case err != nil:
		case name == "SigIgn":
			d.ignored, found = mask, found+1
		case name == "SigCgt":
			d.caught, found = mask, found+1
		}
	}
	if found != 2 {
		return Dispositions{}, fmt.Errorf("process status has %d of the two lines SigIgn and SigCgt", found)
	}
	return d, nil
}
