package outfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// mostLinks is how many links the kernel follows.
const mostLinks = 40

// follow finds where a file would come to be that is not there: where a link
// leads to nothing, at its target.
func follow(path string) (string, error) {
	for range mostLinks {
		target, err := os.Readlink(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil // a folder that is missing shows when it is written
		}
		if err != nil {
			return "", err
		}
		if path, err = beside(path, target); err != nil {
			return "", err
		}
	}
	return "", &fs.PathError{Op: "write", Path: path, Err: syscall.ELOOP}
}

// beside is what a link's target means. The link's folder may be one by a link,
// of which ".." is not what its name says.
func beside(link, target string) (string, error) {
	if filepath.IsAbs(target) {
		return target, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(link))
	return filepath.Join(dir, target), err
}
