package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is set by the linker in released builds: -X .../cli.version=1.2.3.
var version = ""

// developmentVersion is that of a build from a working copy.
const developmentVersion = "0.0.0-dev"

// releasedVersion is the version that constraints are held against; empty for a
// development build, which has no place in their order.
func releasedVersion() string {
	if current := currentVersion(); current != developmentVersion {
		return current
	}
	return ""
}

// currentVersion is the semantic version that is running, without a leading v.
func currentVersion() string {
	if version != "" {
		return strings.TrimPrefix(version, "v")
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return developmentVersion
}

// versionView is what the command shows.
type versionView struct {
	Version  string `json:"version"`
	Platform string `json:"platform"`
	Go       string `json:"go"`
}

func newVersion(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version [flags]",
		Short: "Show the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			view := versionView{currentVersion(), runtime.GOOS + "_" + runtime.GOARCH, runtime.Version()}
			if asJSON {
				return s.writeJSON(view)
			}
			return s.printf("gameday v%s\non %s, built with %s\n", view.Version, view.Platform, view.Go)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// writeJSON writes a view, indented.
func (s *session) writeJSON(view any) error {
	encoder := json.NewEncoder(s.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(view); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}
