package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// maxLine bounds one entry, so that a file that is no journal cannot fill the
// memory.
const maxLine = 16 << 20

// CorruptError names a line that is there but cannot be trusted.
type CorruptError struct {
	Line   int // from 1
	Reason string
}

// Error says which line is corrupt, and why.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal line %d is corrupt: %s", e.Line, e.Reason)
}

// encode renders an entry with its checksum and a closing newline.
func encode(entry Entry) ([]byte, error) {
	sum, err := checksum(entry)
	if err != nil {
		return nil, err
	}
	entry.Sum = sum
	line, err := json.Marshal(entry)
	return append(line, '\n'), err
}

func decode(line []byte) (Entry, error) {
	var entry Entry
	if err := json.Unmarshal(line, &entry); err != nil {
		return Entry{}, fmt.Errorf("it is not JSON: %w", err)
	}
	want, err := checksum(entry)
	if err != nil {
		return Entry{}, err
	}
	if entry.Sum != want {
		return Entry{}, fmt.Errorf("its checksum is %q, its content has %q", entry.Sum, want)
	}
	// The sum is of what was understood. JSON lets a line say the same in other
	// ways, as with another case in a key, but Append writes only one of them.
	if same, err := encode(entry); err != nil || !bytes.Equal(same, slices.Concat(line, []byte("\n"))) {
		return Entry{}, errors.New("its checksum is right, but it is not as it was written")
	}
	return entry, nil
}

// checksum is that of the entry as encoded without it.
func checksum(entry Entry) (string, error) {
	entry.Sum = ""
	raw, err := json.Marshal(entry)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%08x", crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli))), nil
}

// scan reads entries and the length of the file's whole part in bytes. A last
// line without its newline was torn by a crash before its Append returned, so
// nothing relied on it; it is left out.
func scan(r io.Reader) ([]Entry, int64, error) {
	var (
		entries []Entry
		whole   int64
		reader  = bufio.NewReader(r)
	)
	for number := 1; ; number++ {
		line, err := readLine(reader)
		if errors.Is(err, io.EOF) {
			return entries, whole, nil
		}
		if err != nil {
			return entries, whole, &CorruptError{number, err.Error()}
		}
		entry, err := decode(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			return entries, whole, &CorruptError{number, err.Error()}
		}
		if entry.Seq != uint64(number) {
			return entries, whole, &CorruptError{number, fmt.Sprintf("its number is %d: lines are missing or out of order", entry.Seq)}
		}
		entries = append(entries, entry)
		whole += int64(len(line))
	}
}

// readLine returns a line with its newline, or io.EOF at the end and for a torn
// last line.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("it is longer than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
