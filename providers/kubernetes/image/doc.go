// Package image builds the container image of gameday's agent: the static binary
// and nothing else, without any container engine.
package image
