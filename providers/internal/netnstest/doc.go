// Package netnstest gives tests network namespaces of their own: one for the test
// binary, and others that are joined to it by pairs of virtual Ethernet devices.
// Whoever runs the tests needs to be root, or be allowed to make user namespaces.
package netnstest
