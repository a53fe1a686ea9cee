// Package cluster connects to a Kubernetes cluster by kubeconfig and context, or
// from inside with the service account's credentials.
package cluster
