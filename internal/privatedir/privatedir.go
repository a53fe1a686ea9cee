// Package privatedir makes folders in places where anybody may make some, as the
// folder for temporary files is one, and tells its own from those of others.
package privatedir

import (
	"fmt"
	"os"
	"syscall"
)

// Make makes a folder that only this user may enter. One that is there, and that
// another user owns or may write to, is refused, and so is a link: it could have
// been made beforehand to catch what is put there, or to lead it astray.
func Make(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("folder %s: it cannot be seen who owns it", dir)
	}
	if !info.IsDir() || int(stat.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("folder %s: expected one that only user %d may enter (mode 0700), found %s of user %d",
			dir, os.Getuid(), info.Mode(), stat.Uid)
	}
	return nil
}
