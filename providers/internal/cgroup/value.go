package cgroup

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// number reads a file that holds one number. ok is false where there is no such
// file, and for "max".
func number(dir, name string) (n int64, ok bool) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return 0, false
	}
	n, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// table reads a file with a name and a number on each line; empty where there is
// no such file.
func table(dir, name string) map[string]int64 {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil
	}
	return ParseTable(text)
}

// ParseTable parses lines of a name and a number ("flat keyed" files). What is not
// of this form is left out.
func ParseTable(text []byte) map[string]int64 {
	values := map[string]int64{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
			values[name] = n
		}
	}
	return values
}
