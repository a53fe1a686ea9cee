// Package syntax finds configuration files, parses them (native and JSON
// through one path) and keeps their sources for excerpts and digests.
package syntax

import "github.com/hashicorp/hcl/v2"

// Sources keeps every file that was read, by the name that appears in ranges.
type Sources struct {
	files map[string]*hcl.File
}
