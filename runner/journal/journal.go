package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// FileName is the journal's name inside a run's folder.
const FileName = "journal.jsonl"

// ErrHeld says that another process holds the journal: its run is still alive, or
// is being recovered.
var ErrHeld = errors.New("the journal is held by a process that is still running")

// Journal appends entries to a run's file. It holds a lock on the file for as
// long as it is open, by which recover tells a killed run from a living one.
type Journal struct {
	mu     sync.Mutex
	file   file
	own    *Held // nil where somebody else lets go of the lock
	seq    uint64
	size   int64 // of the whole lines
	broken error // why nothing can be added any more
	now    func() time.Time
}

// file is what a journal needs of its *os.File.
type file interface {
	io.ReadWriteSeeker
	io.Closer
	Sync() error
	Truncate(size int64) error
}

// Create starts the journal of a new run in dir, which must exist.
func Create(dir string, now func() time.Time) (*Journal, error) {
	held, err := Hold(dir)
	if err != nil {
		return nil, err
	}
	journal, err := held.open(os.O_CREATE|os.O_EXCL, now)
	if err != nil {
		return nil, errors.Join(err, held.Release())
	}
	journal.own = held
	if err := syncDir(dir); err != nil { // the name must survive a power cut too
		return nil, errors.Join(fmt.Errorf("creating the journal: %w", err), journal.Close())
	}
	return journal, nil
}

// seek continues after the last whole line: what a crash tore is cut off, so
// that the next line does not grow out of it.
func (j *Journal) seek() error {
	entries, whole, err := scan(j.file)
	if err != nil {
		return errors.Join(err, j.Close())
	}
	if len(entries) > 0 {
		j.seq = entries[len(entries)-1].Seq
	}
	j.size = whole
	if err := j.cut(); err != nil {
		return errors.Join(err, j.Close())
	}
	return nil
}

// cut takes off what comes after the last whole line.
func (j *Journal) cut() error {
	if err := j.file.Truncate(j.size); err != nil {
		return fmt.Errorf("cutting off the journal's torn last line: %w", err)
	}
	if _, err := j.file.Seek(j.size, io.SeekStart); err != nil {
		return fmt.Errorf("cutting off the journal's torn last line: %w", err)
	}
	return nil
}

// Append writes one entry and returns when it is on disk. After an error the
// entry must be taken as not written, and what it announces must not be done.
// What a failed write left of it is cut off, so that later entries can be read;
// where that fails too, and after a failed sync, which may have lost any line,
// the journal takes no further entries.
func (j *Journal) Append(kind Type, data any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encoding a %s entry: %w", kind, err)
	}
	line, err := encode(Entry{Seq: j.seq + 1, Time: j.now().UTC(), Type: kind, Data: raw})
	if err != nil {
		return fmt.Errorf("encoding a %s entry: %w", kind, err)
	}
	if err := j.write(line); err != nil {
		return err
	}
	j.seq++
	j.size += int64(len(line))
	return nil
}

func (j *Journal) write(line []byte) error {
	if j.broken != nil {
		return fmt.Errorf("the journal takes no further entries: %w", j.broken)
	}
	if _, err := j.file.Write(line); err != nil {
		j.broken = j.cut()
		return fmt.Errorf("writing the journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		j.broken = fmt.Errorf("syncing the journal: %w", err)
		return errors.Join(j.broken, j.cut())
	}
	return nil
}

// Close lets go of the file, and of the lock where it is the journal's own.
func (j *Journal) Close() error {
	err := j.file.Close()
	if j.own == nil {
		return err
	}
	return errors.Join(err, j.own.Release())
}

func syncDir(dir string) error {
	handle, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(handle.Sync(), handle.Close())
}
