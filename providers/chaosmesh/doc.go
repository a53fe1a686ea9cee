// Package chaosmesh drives an installed Chaos Mesh: each of its fault types is a custom resource of Chaos Mesh, written in the
// vocabulary that all faults share. They are for what a cluster has already, and for what gameday refuses to imitate: clocks,
// the kernel, reads and writes of files.
//
// Targets, claims, plans, deadlines and the undo are those of every fault on a cluster. Chaos Mesh is never asked to choose:
// a resource names the pods. A fault is in place when Chaos Mesh says so of every target, and proven when gameday has
// seen the effect for itself; it is undone when Chaos Mesh has let its resource go, and the effect with it.
//
// The resources are those of chaos-mesh.org/v1alpha1, as https://chaos-mesh.org/docs describes them.
package chaosmesh
