// Package outfile writes files to where a user has named: in one step where that
// is a file, and through what is there where it is something else.
package outfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// Place is where a path leads to. It is asked for before the work begins, so that
// one where nothing can be written costs no work.
type Place struct {
	path   string
	stream bool
}

// At follows a path to where writing to it goes: links are left as they are. A
// folder is an error.
func At(path string) (Place, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target, err := follow(path)
		return Place{path: target}, err
	case err != nil:
		return Place{}, err
	case info.IsDir():
		return Place{}, &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		// By the name that was given: that of a pipe (/dev/stdout) leads to no file.
		return Place{path: path, stream: true}, nil
	}
	target, err := filepath.EvalSymlinks(path)
	return Place{path: target}, err
}

// Stream reports whether what is there is no file: a device or a pipe. What was
// written to it cannot be replaced.
func (p Place) Stream() bool { return p.stream }

// Try reports whether a file could be written, as far as that can be known
// without one. A stream is not opened: its reader would see that.
func (p Place) Try() error {
	if p.stream {
		return nil
	}
	file, err := renameio.NewPendingFile(p.path)
	if err != nil {
		return err
	}
	return file.Cleanup()
}

// Write writes the content. A file is there wholly or not at all, also when the
// machine fails in between; one that is there keeps its permissions, a new one
// gets perm.
func (p Place) Write(content []byte, perm fs.FileMode) error {
	if p.stream {
		return p.pass(content)
	}
	return renameio.WriteFile(p.path, content, perm)
}

// WritePrivate is Write for what only its owner may read, also where a file of
// wider permissions was there.
func (p Place) WritePrivate(content []byte) error {
	if p.stream {
		return p.pass(content)
	}
	file, err := renameio.NewPendingFile(p.path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = file.Cleanup() }() // does nothing once the file is in place
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// pass writes to what is there. It makes nothing: what has gone meanwhile would
// come back as a file.
func (p Place) pass(content []byte) error {
	file, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}
