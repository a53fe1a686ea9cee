//go:build unix

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// mountOf is the folder that the filesystem of a folder is mounted on, and its
// device.
func mountOf(dir string) (root, device string, err error) {
	root, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return "", "", err
	}
	info, err := os.Stat(root)
	if err != nil {
		return "", "", err
	}
	if !info.IsDir() {
		return "", "", fmt.Errorf("%s is not a folder", dir)
	}
	own := deviceOf(info)
	for root != "/" && sameDevice(filepath.Dir(root), own) {
		root = filepath.Dir(root)
	}
	return root, own, nil
}

func sameDevice(dir, device string) bool {
	info, err := os.Stat(dir)
	return err == nil && deviceOf(info) == device
}

// deviceOf is the number of the device that a file is on, as "major:minor".
func deviceOf(info os.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	device := uint64(stat.Dev) //nolint:unconvert // not of this type on every system
	return fmt.Sprintf("%d:%d", unix.Major(device), unix.Minor(device))
}
