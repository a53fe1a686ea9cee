package plan

import (
	"cmp"
	"path/filepath"
	"slices"
)

// files pins everything that the configuration was read from: also what its
// functions read, so it is called when every body has been decoded. Variable
// files are not among them, as their values are in the plan themselves and a
// saved plan is applied without them.
func (b *builder) files() []File {
	out := append([]File{}, b.req.Files...)
	if config := b.req.Resolved.Config; config != nil && config.Sources != nil {
		for name, digest := range config.Sources.Digests() {
			out = append(out, File{relative(b.req.Dir, name), digest})
		}
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

// relative names a file from the configuration's directory, so that the plan
// does not depend on the working directory. Functions read files by absolute
// names, whatever the directory was given as. A file that cannot be named so
// keeps its name.
func relative(dir, name string) string {
	if path, err := filepath.Rel(absolute(dir), absolute(name)); err == nil {
		name = path
	}
	return filepath.ToSlash(name)
}

// absolute falls back to the path as it is when there is no working directory.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
