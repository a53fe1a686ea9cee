package cgroup

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	podUID      = "3f1c2a44-9d0e-4b53-8a55-0f6d6c7e1b20"
	otherUID    = "3f1c2a44-9d0e-4b53-8a55-0f6d6c7e1b21"
	containerID = "b8f1d2c3a4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9"
)

// TestWhoseGroup: the paths that kubelets and runtimes make, with both drivers and both
// versions.
func TestWhoseGroup(t *testing.T) {
	const slice = "kubepods-burstable-pod3f1c2a44_9d0e_4b53_8a55_0f6d6c7e1b20.slice"
	for name, c := range map[string]struct {
		path, pod string // pod is its own group's path; empty where it is of another
		container bool
	}{
		"v2, systemd, containerd":         {"/kubepods.slice/kubepods-burstable.slice/" + slice + "/cri-containerd-" + containerID + ".scope", "/kubepods.slice/kubepods-burstable.slice/" + slice, true},
		"v2, systemd, CRI-O":              {"/kubepods.slice/kubepods-burstable.slice/" + slice + "/crio-" + containerID + ".scope", "/kubepods.slice/kubepods-burstable.slice/" + slice, true},
		"v2, systemd, below a container":  {"/kubepods.slice/" + slice + "/crio-" + containerID + ".scope/container/nested", "/kubepods.slice/" + slice, true},
		"CRI-O's own watcher":             {"/kubepods.slice/" + slice + "/crio-conmon-" + containerID + ".scope", "/kubepods.slice/" + slice, false},
		"guaranteed":                      {"/kubepods.slice/kubepods-pod3f1c2a44_9d0e_4b53_8a55_0f6d6c7e1b20.slice/docker-" + containerID + ".scope", "/kubepods.slice/kubepods-pod3f1c2a44_9d0e_4b53_8a55_0f6d6c7e1b20.slice", true},
		"kind, systemd":                   {"/kubelet.slice/kubelet-kubepods.slice/kubelet-" + slice + "/cri-containerd-" + containerID + ".scope", "/kubelet.slice/kubelet-kubepods.slice/kubelet-" + slice, true},
		"cgroupfs":                        {"/kubepods/burstable/pod" + podUID + "/" + containerID, "/kubepods/burstable/pod" + podUID, true},
		"cgroupfs, CRI-O":                 {"/kubepods/burstable/pod" + podUID + "/crio-" + containerID, "/kubepods/burstable/pod" + podUID, true},
		"kind, cgroupfs":                  {"/kubelet/kubepods/besteffort/pod" + podUID + "/" + containerID, "/kubelet/kubepods/besteffort/pod" + podUID, true},
		"from another cgroup namespace":   {"/../../" + slice + "/cri-containerd-" + containerID + ".scope", "/../../" + slice, true},
		"the agent's own group in a pod":  {"/kubepods/burstable/pod" + podUID + "/gameday-a", "/kubepods/burstable/pod" + podUID, false},
		"another pod, systemd":            {"/kubepods.slice/kubepods-pod3f1c2a44_9d0e_4b53_8a55_0f6d6c7e1b21.slice/cri-containerd-x.scope", "", false},
		"another pod, cgroupfs":           {"/kubepods/pod" + otherUID + "/x", "", false},
		"a longer id":                     {"/kubepods/pod" + otherUID + "/" + containerID + "0", "", false},
		"the UID in another's name":       {"/kubepods/xpod" + podUID + "/x", "", false},
		"a folder with dashes as a slice": {"/kubepods.slice/kubepods-pod" + podUID + ".slice/x", "", false},
		"a process of the node":           {"/system.slice/kubelet.service", "", false},
		"the root":                        {"/", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := Membership{Path: c.path}
			pod, found := m.OfPod(podUID)
			assert.Equal(t, c.pod, pod)
			assert.Equal(t, c.pod != "", found)
			assert.Equal(t, c.container, m.OfContainer(containerID))
		})
	}
}

func TestNobodysGroup(t *testing.T) {
	m := Membership{Path: "/pod/x"}
	_, found := m.OfPod("")
	assert.False(t, found, "no UID is nobody's")
	assert.False(t, m.OfContainer(""))
}

// TestMemberships of version 1, of both at once, and of version 2.
func TestMemberships(t *testing.T) {
	const v1 = "5:name=systemd:/a\n4:cpu,cpuacct:/kubepods/pod" + podUID + "/" + containerID + "\n0::/b\nnonsense\n"
	assert.Equal(t, []Membership{
		{Controllers: "name=systemd", Path: "/a"}, {Controllers: "cpu,cpuacct", Path: "/kubepods/pod" + podUID + "/" + containerID}, {Path: "/b"},
	}, ParseMembership(v1))
	assert.True(t, InPod(v1, podUID))
	assert.True(t, InContainer(v1, containerID))
	assert.False(t, InPod("0::/b\n", podUID))
	assert.False(t, InContainer("", containerID))
}
