package procfs

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
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
	found := map[string]int64{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 53)
		if err == nil {
			found[name] = kib << 10
		}
	}
	memory := Memory{Total: found["MemTotal"], Available: found["MemAvailable"]}
	if memory.Total <= 0 || memory.Available < 0 {
		return Memory{}, fmt.Errorf("meminfo has no MemTotal")
	}
	return memory, nil
}
