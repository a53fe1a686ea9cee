package cgroup

import (
	"bufio"
	"slices"
	"strings"
)

// Membership is a line of /proc/PID/cgroup (cgroups(7)): the group that a process is in,
// in one hierarchy.
type Membership struct {
	Controllers string // "cpu,cpuacct", "name=systemd"; empty for version 2
	Path        string // as whoever reads it sees it: "/../pod…" for what is outside of its cgroup namespace
}

// ParseMembership parses the text of /proc/PID/cgroup. What is not of its form is left
// out.
func ParseMembership(text string) []Membership {
	var all []Membership
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		_, rest, _ := strings.Cut(lines.Text(), ":")
		if controllers, path, found := strings.Cut(rest, ":"); found {
			all = append(all, Membership{Controllers: controllers, Path: path})
		}
	}
	return all
}

// OfPod is the path of a pod's own group, on the way to a process of the pod: that with
// the pod's UID in its last part. found is false for processes of others.
//
// A kubelet names the group pod0a1b-… with the driver cgroupfs, and
// kubepods-burstable-pod0a1b_….slice with the driver systemd, in which a dash separates
// a slice from the one above it.
func (m Membership) OfPod(uid string) (path string, found bool) {
	parts := strings.Split(m.Path, "/")
	at := slices.IndexFunc(parts, func(part string) bool { return isPod(part, uid) })
	if uid == "" || at < 0 {
		return "", false
	}
	return strings.Join(parts[:at+1], "/"), true
}

func isPod(part, uid string) bool {
	slice, isSlice := strings.CutSuffix(part, ".slice")
	if !isSlice {
		return part == "pod"+uid
	}
	name := "pod" + strings.ReplaceAll(uid, "-", "_")
	return slice == name || strings.HasSuffix(slice, "-"+name)
}

// OfContainer reports whether the path leads to a container's group, or below it. The
// runtimes name it after the container's id, with a prefix of their own:
// cri-containerd-ID.scope, crio-ID.scope, docker-ID.scope, or just the id. The process
// that watches a container of CRI-O (crio-conmon-ID.scope) is none of the container's.
func (m Membership) OfContainer(id string) bool {
	return id != "" && slices.ContainsFunc(strings.Split(m.Path, "/"), func(part string) bool { return isContainer(part, id) })
}

func isContainer(part, id string) bool {
	name := strings.TrimSuffix(part, ".scope")
	return name == id || strings.HasSuffix(name, "-"+id) && !strings.HasSuffix(name, "conmon-"+id)
}

// InPod reports whether a process with this text of /proc/PID/cgroup is one of the pod's.
func InPod(text, uid string) bool {
	return slices.ContainsFunc(ParseMembership(text), func(m Membership) bool { _, in := m.OfPod(uid); return in })
}

// InContainer reports whether it is one of the container's.
func InContainer(text, id string) bool {
	return slices.ContainsFunc(ParseMembership(text), func(m Membership) bool { return m.OfContainer(id) })
}
