// Package kindcluster makes, finds and deletes kind clusters, with kind as a
// library: a creation that can be interrupted, a cluster that is reused when it is
// the one that was asked for, images and logs. It never touches the user's own
// kubeconfig.
//
// kind knows its clusters by the labels of their containers alone, and so does
// this package: there is no state of its own.
package kindcluster
