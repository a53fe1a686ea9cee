// Package kubernetes holds the scenarios for Kubernetes. Its tests validate each
// of them, and with the build tag e2e run each on both variants of the demo shop.
package kubernetes
