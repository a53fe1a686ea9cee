// Package kubernetes offers experiments on Kubernetes clusters: kind clusters
// that are made for a run, clusters that exist, faults on what runs there and on
// the API and nodes themselves, and probes of any resource.
//
// What a fault changes carries its own undo (package undo), what it intends
// stands in the cluster before it is done (package claim), and everything is
// read back before it counts as undone. This package is the provider: its types,
// and the one way in which all faults go (fault.go); a file each says what makes
// a fault different (behavior).
package kubernetes
