package procfs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrGone says that a process is no more, or is only waiting to be reaped.
var ErrGone = errors.New("process is gone")

// ticksPerSecond is the unit of times in /proc. The kernel fixed it for user
// space at 100, whatever its own clock does.
const ticksPerSecond = 100

// Stat is a line of /proc/PID/stat, as far as gameday needs it.
type Stat struct {
	PID     int
	Command string // as the kernel cut it, at most 15 bytes
	State   byte   // 'R', 'S', 'D', 'T' stopped, 'Z' zombie, ...
	Parent  int
	Group   int // process group
	Session int
	User    uint64 // processor time in user mode, ticks
	System  uint64 // processor time in the kernel, ticks
	Start   uint64 // ticks after boot; with PID, an identity
	Pages   int64  // resident memory, pages
}

// Gone reports whether the process only waits to be reaped.
func (s Stat) Gone() bool { return s.State == 'Z' || s.State == 'X' || s.State == 'x' }

// Stopped reports whether the process was stopped by a signal.
func (s Stat) Stopped() bool { return s.State == 'T' }

// CPU is the processor time used so far.
func (s Stat) CPU() time.Duration {
	return time.Duration(s.User+s.System) * time.Second / ticksPerSecond
}

// Memory is the resident memory in bytes.
func (s Stat) Memory() int64 { return s.Pages * int64(os.Getpagesize()) }

// Identity names the process for as long as the machine runs.
func (s Stat) Identity() Identity { return Identity{PID: s.PID, Start: s.Start} }

// Read reads a process's stat line. The error is ErrGone when there is no such
// process; a zombie is no error.
func Read(pid int) (Stat, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return Stat{}, ErrGone
	}
	if err != nil {
		return Stat{}, err
	}
	return ParseStat(text)
}

// Positions in the stat line, counted from the field after the command.
const (
	fieldState   = 0
	fieldParent  = 1
	fieldGroup   = 2
	fieldSession = 3
	fieldUser    = 11
	fieldSystem  = 12
	fieldStart   = 19
	fieldPages   = 21
)

// ParseStat parses a line of /proc/PID/stat. The command stands in parentheses
// and may itself hold parentheses and spaces, so the last one ends it.
func ParseStat(text []byte) (Stat, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return Stat{}, fmt.Errorf("stat line %.40q has no command in parentheses", text)
	}
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) <= fieldPages || len(fields[fieldState]) != 1 {
		return Stat{}, fmt.Errorf("stat line %.40q has %d fields after the command, expected at least %d", text, len(fields), fieldPages+1)
	}
	p := numbers{fields: fields}
	stat := Stat{
		PID:     int(p.parse(strings.TrimSpace(string(text[:open])))),
		Command: string(text[open+1 : end]),
		State:   fields[fieldState][0],
		Parent:  int(p.at(fieldParent)),
		Group:   int(p.at(fieldGroup)),
		Session: int(p.at(fieldSession)),
		User:    uint64(p.at(fieldUser)),
		System:  uint64(p.at(fieldSystem)),
		Start:   uint64(p.at(fieldStart)),
		Pages:   p.at(fieldPages),
	}
	return stat, p.err
}

// numbers parses fields and keeps the first error.
type numbers struct {
	fields []string
	err    error
}

func (n *numbers) at(i int) int64 { return n.parse(n.fields[i]) }

func (n *numbers) parse(text string) int64 {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("stat field %q is not a number", text)
	}
	return v
}
