// Package syntax finds configuration files, parses them (native and JSON
// through one path) and keeps their sources for excerpts and digests.
//
// It stands between hostile input and HCL's recursive-descent parser: size,
// encoding and nesting are checked before a byte is parsed, so that no file can
// exhaust the stack or the memory.
package syntax
