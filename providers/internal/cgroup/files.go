package cgroup

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DefaultRoot is where the cgroup filesystem is mounted.
const DefaultRoot = "/sys/fs/cgroup"

// Files are the files of one group and of those above it, as far as they are
// visible: in a container, the topmost is usually the container's own.
type Files struct {
	root       string
	membership string // text of /proc/PID/cgroup
}

// Own are those of this process. Without /proc they are those at the root.
func Own() Files {
	text, _ := os.ReadFile("/proc/self/cgroup") // its absence leaves the root
	return Files{root: DefaultRoot, membership: string(text)}
}

// At are those at the root of a cgroup filesystem, such as
// "/proc/PID/root/sys/fs/cgroup", where another container sees its own.
func At(root string) Files { return Files{root: root} }

// unified are the folders of the version 2 hierarchy, from the group upwards.
func (f Files) unified() []string {
	for _, mount := range []string{f.root, filepath.Join(f.root, "unified")} {
		if _, err := os.Stat(filepath.Join(mount, "cgroup.procs")); err == nil && !exists(filepath.Join(mount, "cgroup.sane_behavior")) {
			return upwards(mount, f.path(""))
		}
	}
	return nil
}

// legacy are the folders of a version 1 controller, from the group upwards.
func (f Files) legacy(controller string) []string {
	names := []string{controller}
	if line := f.line(controller); line != "" {
		names = append(names, line)
	}
	for _, name := range append(names, "cpu,cpuacct") {
		mount := filepath.Join(f.root, name)
		if slices.Contains(strings.Split(name, ","), controller) && exists(filepath.Join(mount, "cgroup.procs")) {
			return upwards(mount, f.path(controller))
		}
	}
	return nil
}

// line is the list of controllers that are mounted together with this one.
func (f Files) line(controller string) string {
	names, _ := f.entry(controller)
	return names
}

// path is the group's path in the hierarchy of a controller; "" names version 2.
func (f Files) path(controller string) string {
	_, path := f.entry(controller)
	return path
}

// entry finds the line of /proc/PID/cgroup: "ID:CONTROLLERS:PATH" (cgroups(7)).
func (f Files) entry(controller string) (names, path string) {
	lines := bufio.NewScanner(strings.NewReader(f.membership))
	for lines.Scan() {
		_, rest, _ := strings.Cut(lines.Text(), ":")
		names, path, found := strings.Cut(rest, ":")
		if found && slices.Contains(strings.Split(names, ","), controller) {
			return names, path
		}
	}
	return "", "/"
}

// upwards is the folder of a group and all above it up to the mount. A group that
// is not visible there is the mount itself: a container without a cgroup namespace
// is told its path on the host, but sees its own group as the root.
func upwards(mount, path string) []string {
	dir := filepath.Join(mount, filepath.Clean("/"+path))
	if !exists(dir) {
		return []string{mount}
	}
	dirs := []string{dir}
	for dir != mount {
		dir = filepath.Dir(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}

// exists reports whether a path is there, or may be: nobody looks past a folder that is closed. What can be no path is not there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil || errors.Is(err, fs.ErrPermission)
}
