package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// findCommand finds an executable: a bare name in the PATH, a relative path from
// dir. It returns an absolute path. Errors name what was tried.
func findCommand(name, dir, searchPath string) (string, error) {
	if strings.ContainsRune(name, '/') {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		path, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		return path, executable(path)
	}
	for _, folder := range filepath.SplitList(searchPath) {
		path, err := filepath.Abs(filepath.Join(folder, name))
		if err == nil && executable(path) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no executable %q in PATH (tried %s)", name, strings.ReplaceAll(searchPath, ":", ", "))
}

// executable says why a file cannot be executed; nil when it can.
func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("tried %s, which does not exist: if it is built from source, build it first", path)
	case err != nil:
		return fmt.Errorf("tried %s: %w", path, err)
	case info.IsDir():
		return fmt.Errorf("tried %s, which is a folder", path)
	case info.Mode()&0o111 == 0:
		return fmt.Errorf("tried %s: %w (mode %s, expected an executable)", path, fs.ErrPermission, info.Mode())
	}
	return nil
}
