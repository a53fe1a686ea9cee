// Package manifest reads Kubernetes manifests from files and folders, applies them
// on the server's side in an order that works, and waits until what they describe
// is there.
package manifest
