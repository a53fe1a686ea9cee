// Package bench has no code but tests: it measures plans of a large cluster. They
// need the build tag e2e, and the binaries of Kubernetes that ci/kind/node-image.sh
// makes: a real API server on a real etcd, without nodes behind it.
package bench
