// Package templates holds pipelines to copy, and the tests that keep them true:
// they parse, and every gameday command in them is one that gameday takes.
package templates
