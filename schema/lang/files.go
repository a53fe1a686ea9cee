package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Files reads files for the functions of a module.
type Files struct {
	// Dir is the module's directory, absolute. Nothing outside it is read.
	Dir string

	// Read gives the content of a regular file. It bounds the size.
	Read func(path string) ([]byte, error)

	// Saw is told whether a file is there, and gives what it was told first.
	Saw func(path string, found bool) bool
}

func (f Files) functions() map[string]function.Function {
	return map[string]function.Function{
		"file":         f.fileFunc(),
		"fileexists":   f.existsFunc(),
		"templatefile": f.templateFunc(),
	}
}

func (f Files) fileFunc() function.Function {
	return unary("Reads a UTF-8 file inside the module's directory.", "path", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) {
			text, err := f.text(v.AsString())
			return cty.StringVal(text), err
		})
}

func (f Files) existsFunc() function.Function {
	return unary("Reports whether a file inside the module's directory exists.", "path", cty.String, cty.Bool,
		func(v cty.Value) (cty.Value, error) {
			whole, info, err := f.stat(v.AsString())
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return cty.False, err
			}
			return cty.BoolVal(f.Saw(whole, err == nil && info.Mode().IsRegular())), nil
		})
}

// stat finds a file inside the module's directory. os.Root follows links and
// refuses those that lead out.
func (f Files) stat(path string) (string, fs.FileInfo, error) {
	whole := path
	if !filepath.IsAbs(path) {
		whole = filepath.Join(f.Dir, path)
	}
	relative, err := filepath.Rel(f.Dir, whole)
	if err != nil || !filepath.IsLocal(relative) {
		return "", nil, outside(path)
	}
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return whole, nil, fileError(path, err)
	}
	defer root.Close()
	info, err := root.Stat(relative)
	return whole, info, fileError(path, err)
}

func (f Files) text(path string) (string, error) {
	whole, _, err := f.stat(path)
	if err != nil {
		return "", err
	}
	raw, err := f.Read(whole)
	if err != nil {
		return "", fmt.Errorf("cannot read %q: %w", path, err)
	}
	if !utf8.Valid(raw) {
		return "", fmt.Errorf("%q is not UTF-8 text", path)
	}
	return string(raw), nil
}

func outside(path string) error {
	return fmt.Errorf("%q leads out of the module's directory: a module reads only files inside its own directory", path)
}

// missingFileError is fs.ErrNotExist, in words that end with the name.
type missingFileError struct{ path string }

func (e missingFileError) Error() string        { return fmt.Sprintf("there is no file %q", e.path) }
func (e missingFileError) Is(target error) bool { return target == fs.ErrNotExist }

// fileError names the file as the user did; the rest of an os error tells where
// the machine keeps it.
func fileError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return missingFileError{path}
	case strings.Contains(err.Error(), "escapes from parent"):
		return outside(path)
	default:
		return fmt.Errorf("cannot read %q: %w", path, err)
	}
}
