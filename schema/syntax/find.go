package syntax

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/schema"
)

// The endings of file names.
const (
	ConfigExt     = ".gameday.hcl"
	ConfigExtJSON = ".gameday.hcl.json"
	VarsExt       = ".vars.hcl"
	VarsExtJSON   = ".vars.hcl.json"
	AutoVarsExt   = ".auto.vars.hcl"
	AutoVarsJSON  = ".auto.vars.hcl.json"
)

// IsConfig reports whether a file of that name is part of a configuration.
func IsConfig(name string) bool { return hasExt(name, ConfigExt, ConfigExtJSON) }

// IsVars reports whether a file of that name holds values of variables.
func IsVars(name string) bool { return hasExt(name, VarsExt, VarsExtJSON) }

// IsJSON reports whether a file of that name is in JSON syntax.
func IsJSON(name string) bool { return strings.HasSuffix(name, ".json") }

// hasExt passes over hidden files and what editors leave behind while a file is
// open, as Terraform does.
func hasExt(name string, exts ...string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "#") || strings.HasSuffix(base, "~") {
		return false
	}
	return slices.ContainsFunc(exts, func(ext string) bool { return strings.HasSuffix(base, ext) })
}

// FindConfig lists the configuration files of a directory, sorted, without
// descending into others.
func FindConfig(dir string) ([]string, hcl.Diagnostics) {
	names, diags := list(dir)
	if diags.HasErrors() {
		return nil, diags
	}
	found := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !IsConfig(name) })
	if len(found) == 0 {
		return nil, problem("No configuration files", "The directory %q has no file that ends in %s or %s.%s",
			dir, ConfigExt, ConfigExtJSON, almost(names))
	}
	return join(dir, found), nil
}

// FindAutoVars lists the variable files of a directory that are loaded without
// being named, sorted. A directory that cannot be read has none.
func FindAutoVars(dir string) []string {
	names, _ := list(dir)
	found := slices.DeleteFunc(names, func(name string) bool { return !hasExt(name, AutoVarsExt, AutoVarsJSON) })
	return join(dir, found)
}

// list is the sorted names of everything in dir that is not a directory.
func list(dir string) ([]string, hcl.Diagnostics) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, problem("Directory not found", "Cannot read the directory %q: %s.", dir, cause(err))
	}
	if !info.IsDir() {
		return nil, problem("Not a directory", "%q is a file. A configuration is a directory whose %s files belong together: give the directory, %q.",
			dir, ConfigExt, filepath.Dir(dir))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, problem("Directory not readable", "Cannot read the directory %q: %s.", dir, cause(err))
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// almost points out a file that was probably meant to be configuration.
func almost(names []string) string {
	for _, name := range names {
		if base, ok := strings.CutSuffix(name, ".hcl"); ok && !IsVars(name) {
			return fmt.Sprintf(" Rename %q to %q to have it read.", name, base+ConfigExt)
		}
	}
	exts := []string{ConfigExt, ConfigExtJSON}
	for _, name := range names {
		if _, ext, ok := strings.Cut(name, "."); ok && schema.Nearest("."+ext, exts) != "" {
			return fmt.Sprintf(" Is %q misspelt?", name)
		}
	}
	return ""
}

func join(dir string, names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}

// problem is a list of one error without a place in a file.
func problem(summary, format string, args ...any) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...)}}
}
