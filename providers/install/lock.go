package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// LockFile is the name of the lock file, beside the configuration.
const LockFile = ".gameday.lock.hcl"

// Lock is what a lock file says.
type Lock struct {
	Providers []Locked `hcl:"provider,block"`
}

// Locked is a provider as it was chosen.
type Locked struct {
	Name    string            `hcl:"name,label"`
	Source  string            `hcl:"source"`
	Version string            `hcl:"version"`
	Hashes  map[string]string `hcl:"hashes"` // of its program, by platform: "sha256:…"
}

// ReadLock reads the lock file of a directory. Without one, nothing is locked.
func ReadLock(dir string) (*Lock, error) {
	path := filepath.Join(dir, LockFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Lock{}, nil
	case err != nil:
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	return ParseLock(text, path)
}

// ParseLock reads the text of a lock file. The error has the place of each mistake.
func ParseLock(text []byte, path string) (*Lock, error) {
	file, diags := hclparse.NewParser().ParseHCL(text, path)
	lock := &Lock{}
	if !diags.HasErrors() {
		diags = append(diags, gohcl.DecodeBody(file.Body, nil, lock)...)
	}
	if diags.HasErrors() {
		return nil, fmt.Errorf("read the lock file; gameday init writes a new one where there is none: %w", diags)
	}
	return lock, lock.check(path)
}

// check finds what was not written by gameday.
func (l *Lock) check(path string) error {
	known := map[string]bool{}
	for _, p := range l.Providers {
		if known[p.Name] {
			return fmt.Errorf("%s: the provider %q is there twice", path, p.Name)
		}
		known[p.Name] = true
		for platform, hash := range p.Hashes {
			if sum, ok := strings.CutPrefix(hash, hashScheme); !ok || len(sum) != 64 {
				return fmt.Errorf("%s: provider %q, hash for %s: expected %s and 64 hexadecimal digits, found %q", path, p.Name, platform, hashScheme, hash)
			}
		}
	}
	return nil
}

// hashScheme is before the digits of a hash.
const hashScheme = "sha256:"

// Find gives what is locked of a provider.
func (l *Lock) Find(name string) (Locked, bool) {
	i := slices.IndexFunc(l.Providers, func(p Locked) bool { return p.Name == name })
	if i < 0 {
		return Locked{}, false
	}
	return l.Providers[i], true
}

// Write writes the lock file of a directory; without a provider there is none.
func (l *Lock) Write(dir string) error {
	path := filepath.Join(dir, LockFile)
	if len(l.Providers) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the lock file: %w", err)
		}
		return nil
	}
	if err := renameio.WriteFile(path, l.Text(), 0o644); err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return nil
}

// Text is the lock file's text, the same for the same content.
func (l *Lock) Text() []byte {
	file := hclwrite.NewEmptyFile()
	body := file.Body()
	body.AppendUnstructuredTokens(comment("# Written by \"gameday init\". Commit it, so that everybody runs the same providers.\n"))
	sorted := slices.SortedFunc(slices.Values(l.Providers), func(a, b Locked) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range sorted {
		body.AppendNewline()
		block := body.AppendNewBlock("provider", []string{p.Name}).Body()
		block.SetAttributeValue("source", cty.StringVal(p.Source))
		block.SetAttributeValue("version", cty.StringVal(p.Version))
		hashes := map[string]cty.Value{}
		for platform, hash := range p.Hashes {
			hashes[platform] = cty.StringVal(hash)
		}
		block.SetAttributeValue("hashes", cty.ObjectVal(hashes)) // which may be empty, as somebody may have left it
	}
	return hclwrite.Format(file.Bytes())
}

func comment(text string) hclwrite.Tokens {
	return hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte(text)}}
}
