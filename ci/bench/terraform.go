package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildable is the newest terraform under the MPL, and the newest but one whose
// module can be installed by itself. It is run here, never copied from.
const buildable = "v1.5.7"

// terraformBinary is the peer.
type terraformBinary struct {
	path    string
	version string // first line of its version command
}

// terraform finds the peer, or builds it.
func terraform(ctx context.Context, out io.Writer) (terraformBinary, error) {
	path := os.Getenv("TERRAFORM")
	if path == "" {
		path, _ = exec.LookPath("terraform")
	}
	if path == "" {
		built, err := buildTerraform(ctx, out)
		if err != nil {
			return terraformBinary{}, err
		}
		path = built
	}
	t := terraformBinary{path: path}
	first, _, _ := strings.Cut(output(ctx, path, "version"), "\n")
	t.version = first
	return t, nil
}

// buildTerraform puts the binary into the user's cache, once.
func buildTerraform(ctx context.Context, out io.Writer) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "gameday-bench", "terraform-"+buildable)
	path := filepath.Join(dir, "terraform")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	fmt.Fprintf(out, "building terraform %s for the comparison, once; this takes some minutes\n", buildable)
	cmd := exec.CommandContext(ctx, "go", "install", "github.com/hashicorp/terraform@"+buildable)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod")
	cmd.Stderr = out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building terraform %s: %w; put one on the PATH, or name it in TERRAFORM", buildable, err)
	}
	return path, nil
}

// command runs the peer as quietly as it can: no calls home, no user's settings.
func (t terraformBinary) command(dir string, args ...string) command {
	return command{
		name: "terraform " + args[0], dir: dir, args: append([]string{t.path}, args...),
		env: []string{"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE=" + os.DevNull},
	}
}
