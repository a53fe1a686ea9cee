// Package scaffold writes the module of a new provider: one that builds, and whose conformance test passes.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

//go:embed template
var files embed.FS

// Module is what is to be written.
type Module struct {
	Name    string // of the provider, the prefix of its types
	Module  string // path of the Go module
	Version string // of gameday, with a leading v
	Replace string // directory of gameday, in place of the version; empty for none
}

// CheckName says why a name is none for a provider.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9]*$`).MatchString(name) {
		return fmt.Errorf("%q is no name for a provider: expected small letters and digits, as its types begin with it: redis, redis_pause", name)
	}
	return nil
}

// Write writes the module into a directory that does not exist yet, and returns the names of its files.
func Write(dir string, m Module) ([]string, error) {
	if err := CheckName(m.Name); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("%s exists already, and nothing in it is overwritten", dir)
		}
		return nil, fmt.Errorf("make the provider's directory: %w", err)
	}
	entries, err := fs.ReadDir(files, "template")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".tmpl")
		text, err := m.render(entry.Name())
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		names = append(names, name)
	}
	return names, nil
}

func (m Module) render(name string) ([]byte, error) {
	t, err := template.ParseFS(files, "template/"+name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := t.Execute(&text, m); err != nil {
		return nil, fmt.Errorf("fill %s in: %w", name, err)
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source(text.Bytes())
	}
	return text.Bytes(), nil
}
