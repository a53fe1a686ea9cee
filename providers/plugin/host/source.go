package host

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/hashicorp/go-plugin"
)

// Source says where a provider's program is, and how it is started.
type Source struct {
	Name   string   // local name of the provider, which it must confirm
	Path   string   // of the program
	Args   []string // for it
	SHA256 string   // of the program, in hexadecimal; empty: whatever it is
	Env    []string // names of environment variables that it gets beside those that all get

	// Reattach is where a program is that somebody has started for debugging. Nothing is
	// started, and its end is not gameday's to cause.
	Reattach *plugin.ReattachConfig
}

// command makes the command that starts the program, in a process group of its own, so that a terminal's
// Ctrl-C reaches gameday alone.
func (s Source) command() *exec.Cmd {
	cmd := exec.Command(s.Path, s.Args...) //nolint:noctx // it outlives every context; Close ends it
	cmd.Env = variables(os.Environ(), s.Env)
	cmd.SysProcAttr = ownGroup()
	return cmd
}

// checksum is what the program is compared with before it is started.
func (s Source) checksum() ([]byte, error) {
	if s.SHA256 == "" {
		return nil, nil
	}
	sum, err := hex.DecodeString(s.SHA256)
	if err != nil {
		return nil, fmt.Errorf("checksum %q: expected a SHA-256 in hexadecimal: %w", s.SHA256, err)
	}
	return sum, nil
}

// passed are the variables that every provider gets: where programs, homes, clusters and proxies are.
func passed() []string {
	return []string{
		"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LC_ALL", "KUBECONFIG", "DOCKER_HOST",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
	}
}

// variables are what a provider gets of gameday's: the variables that all get, those that are named, and those that are
// for gameday. Values of gameday's own variables, which may be secret, are not for programs: those that one needs come with
// its configuration.
func variables(all, named []string) []string {
	wanted := map[string]bool{}
	for _, name := range append(passed(), named...) {
		wanted[name] = true
	}
	var kept []string
	for _, variable := range all {
		name, _, _ := strings.Cut(variable, "=")
		if wanted[name] || strings.HasPrefix(name, "GAMEDAY_") && !strings.HasPrefix(name, "GAMEDAY_VAR_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// explainStart says more of a program that could not be started.
func (s Source) explainStart(err error, log string) error {
	switch {
	case errors.Is(err, plugin.ErrChecksumsDoNotMatch):
		return fmt.Errorf("the program %s is not the one that was locked: its SHA-256 is another than %s. If it was replaced on purpose, run gameday init -upgrade", s.Path, s.SHA256)
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no program %s: %w", s.Path, err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("the program %s cannot be executed: %w", s.Path, err)
	}
	return fmt.Errorf("the program %s did not start as a provider: %w%s", s.Path, err, log)
}
