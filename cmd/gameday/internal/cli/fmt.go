package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/gameday-dev/gameday/internal/outfile"
	"github.com/gameday-dev/gameday/schema/syntax"
)

type fmtFlags struct {
	check, diff, recursive bool
}

func newFmt(s *session) *cobra.Command {
	var flags fmtFlags
	cmd := &cobra.Command{
		Use:   "fmt [flags] [DIR | FILE | -]",
		Short: "Rewrite files in the standard format",
		Long: "Rewrite the configuration and variable files of a directory in the standard format, and\n" +
			"list those that were changed. With - standard input is formatted. JSON files and files\n" +
			"with errors in their syntax are never changed.",
		Args: atMostOne("a directory, a file or -"),
		RunE: func(_ *cobra.Command, args []string) error {
			f := formatter{session: s, flags: flags, sources: syntax.NewSources()}
			return f.run(first(args, "."))
		},
	}
	cmd.Flags().BoolVar(&flags.check, "check", false, "change nothing; exit with 3 if a file is not formatted")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "show the changes")
	cmd.Flags().BoolVar(&flags.recursive, "recursive", false, "go into directories too")
	return cmd
}

// exitUnformatted is the code of fmt -check, as in Terraform.
const exitUnformatted = 3

// formatter formats files and remembers what it found.
type formatter struct {
	*session
	flags       fmtFlags
	sources     *syntax.Sources
	diags       hcl.Diagnostics
	unformatted int
}

func (f *formatter) run(path string) error {
	if err := f.path(path); err != nil {
		return err
	}
	if err := f.report(f.diags, f.sources.Files()); err != nil {
		return err
	}
	if f.flags.check && f.unformatted > 0 {
		return exit(exitUnformatted)
	}
	return nil
}

func (f *formatter) path(path string) error {
	if path == "-" {
		return f.stdin()
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return problem{"Cannot format", fmt.Sprintf("%q: %s.", path, rootCause(err))}
	case info.IsDir():
		return f.directory(path)
	case !formats(path):
		return problem{"Cannot format", fmt.Sprintf("%s is not a configuration file in native syntax: its name would end in %s or %s.",
			path, syntax.ConfigExt, syntax.VarsExt)}
	default:
		return f.file(path)
	}
}

// formats reports whether a file is one that fmt changes.
func formats(name string) bool {
	return !syntax.IsJSON(name) && (syntax.IsConfig(name) || syntax.IsVars(name))
}

func (f *formatter) directory(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("reading %s: %w", path, err)
		case entry.IsDir() && path != dir && (!f.flags.recursive || strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case entry.IsDir() || !formats(path):
			return nil
		default:
			return f.file(path)
		}
	})
}

func (f *formatter) stdin() error {
	src, err := io.ReadAll(io.LimitReader(f.In, syntax.MaxFileSize+1))
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	const name = "<stdin>"
	f.sources.AddText(name, src)
	if diags := syntax.Check(src, name); diags.HasErrors() {
		f.diags = append(f.diags, diags...)
		return nil
	}
	formatted := hclwrite.Format(src)
	if f.flags.check || f.flags.diff {
		return f.compare(name, src, formatted)
	}
	_, err = f.Out.Write(formatted)
	return err
}

// file formats one file. A file with errors is reported and left as it is.
func (f *formatter) file(path string) error {
	src, diags := f.sources.Native(path)
	if diags.HasErrors() {
		f.diags = append(f.diags, diags...)
		return nil
	}
	formatted := hclwrite.Format(src)
	if bytes.Equal(src, formatted) {
		return nil
	}
	if err := f.compare(path, src, formatted); err != nil || f.flags.check {
		return err
	}
	return replace(path, formatted)
}

// compare tells of a difference, in the way that was asked for.
func (f *formatter) compare(path string, src, formatted []byte) error {
	if bytes.Equal(src, formatted) {
		return nil
	}
	f.unformatted++
	if f.flags.diff {
		return f.printf("%s", diff.Diff("old/"+filepath.ToSlash(path), src, "new/"+filepath.ToSlash(path), formatted))
	}
	return f.printf("%s\n", path)
}

// replace changes a file in one step, so that a crash leaves the old or the new
// one, with the permissions it had. A link stays one: its file is replaced.
func replace(path string, content []byte) error {
	place, err := outfile.At(path)
	if err == nil {
		err = place.Write(content, 0o644) // of a file that was removed meanwhile
	}
	if err != nil {
		return fmt.Errorf("formatting: %w", err)
	}
	return nil
}
