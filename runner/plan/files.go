package plan

import "path/filepath"

// files pins everything that the configuration was read from: also what its
// functions read, so it is called when every body has been decoded. Of files
// that they only look for it pins whether they are there. Variable files are not
// among them, as their values are in the plan themselves and a saved plan is
// applied without them.
func (b *builder) files() []File {
	pinned := map[string]File{}
	if config := b.req.Resolved.Config; config != nil && config.Sources != nil {
		for name, found := range config.Sources.Seen() {
			name = relative(b.req.Dir, name)
			pinned[name] = File{Name: name, Missing: !found}
		}
		for name, digest := range config.Sources.Digests() { // which says more
			name = relative(b.req.Dir, name)
			pinned[name] = File{Name: name, SHA256: digest}
		}
	}
	for _, f := range b.req.Files {
		pinned[f.Name] = f
	}
	out := make([]File, 0, len(pinned))
	for _, name := range sortedKeys(pinned) {
		out = append(out, pinned[name])
	}
	return out
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
