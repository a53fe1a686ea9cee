package syntax

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path/filepath"
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// Sources keeps every file that was read, by the name that appears in ranges:
// the path as the user would type it, cleaned. What was read once is not read
// again, so that a whole operation sees one state of each file. It is safe for
// use from several goroutines.
type Sources struct {
	mu       sync.Mutex
	contents map[string][]byte
	digests  map[string]string
	seen     map[string]bool
	parsed   map[string]parsed
}

// parsed is a parsed file with what was wrong with it.
type parsed struct {
	file  *hcl.File // nil if it was refused unparsed
	diags hcl.Diagnostics
}

// NewSources is an empty collection.
func NewSources() *Sources {
	return &Sources{
		contents: map[string][]byte{},
		digests:  map[string]string{},
		seen:     map[string]bool{},
		parsed:   map[string]parsed{},
	}
}

// Read gives the content of a file of at most MaxFileSize bytes and records its
// digest. The functions of the language that read files use it too, so that a
// plan can tell when one of them has changed. The content must not be modified.
func (s *Sources) Read(path string) ([]byte, error) {
	name := filepath.Clean(path)
	s.mu.Lock()
	defer s.mu.Unlock()
	content, err := s.content(name)
	if err == nil && s.digests[name] == "" {
		sum := sha256.Sum256(content)
		s.digests[name] = hex.EncodeToString(sum[:])
	}
	return content, err
}

// readVars is Read for a file that gives values to variables. It records no
// digest: the file is not what a plan depends on, the values are, and the digest
// of one that holds little but a secret would give that away.
func (s *Sources) readVars(path string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.content(filepath.Clean(path))
}

// content reads a file once. The mutex is held.
func (s *Sources) content(name string) ([]byte, error) {
	if content, ok := s.contents[name]; ok {
		return content, nil
	}
	content, err := readFile(name)
	if err != nil {
		return nil, err
	}
	s.contents[name] = content
	return content, nil
}

// Digests is the SHA-256 of every file that was read, in hexadecimal, by name,
// without those that were read for the values of variables only.
func (s *Sources) Digests() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.digests)
}

// Saw records whether a file is there, for who asks no more than that, and gives
// what was recorded first: a plan can tell when it is not so any more, and a
// whole operation sees one state.
func (s *Sources) Saw(path string, found bool) bool {
	name := filepath.Clean(path)
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.seen[name]; ok {
		return before
	}
	s.seen[name] = found
	return found
}

// Seen is whether files are there of which it was asked, by name.
func (s *Sources) Seen() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.seen)
}

// Files is every file that can be shown in an excerpt, by name. Files that were
// refused before they were parsed have bytes and no body.
func (s *Sources) Files() map[string]*hcl.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := make(map[string]*hcl.File, len(s.contents))
	for name, content := range s.contents {
		files[name] = &hcl.File{Bytes: content}
		if p := s.parsed[name]; p.file != nil {
			files[name] = p.file
		}
	}
	return files
}

// AddText makes text that came from elsewhere than a file, such as the value of
// a command-line option, available to excerpts under a name like "<-var x>". It
// is not part of the digests.
func (s *Sources) AddText(name string, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contents[name] = text
}
