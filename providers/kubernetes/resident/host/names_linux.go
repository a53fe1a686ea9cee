package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// mostNames bounds what is copied of a file that belongs to somebody else.
const mostNames = 1 << 20

// copyNames makes look-ups of names go as in the pod: its containers have these two files
// from the kubelet, and so has the agent's, to which they may be written.
func copyNames(of []procfs.Stat, to string) error {
	for _, name := range []string{"etc/resolv.conf", "etc/hosts"} {
		text, err := fromAny(of, name)
		if err != nil {
			return fmt.Errorf("read /%s of the pod: %w", name, err)
		}
		if text == nil {
			continue // an image without them resolves without them
		}
		if err := os.WriteFile(to+name, text, 0o644); err != nil {
			return fmt.Errorf("take over /%s of the pod: %w", name, err)
		}
	}
	return nil
}

// fromAny reads a file of the first process that sees it; nil when none does.
func fromAny(of []procfs.Stat, name string) ([]byte, error) {
	for _, s := range of {
		text, err := readBelow(proc(s.PID, "root"), name)
		if err == nil {
			return text, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, nil
}

// readBelow reads a file of a root that is not to be trusted: no link in it leads out.
func readBelow(root, name string) ([]byte, error) {
	top, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	file, err := top.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, mostNames))
}
