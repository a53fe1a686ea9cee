package kindcluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/log"
)

// EngineVariable is the environment variable by which kind's own command is told
// which engine to use: docker, podman or nerdctl.
const EngineVariable = "KIND_EXPERIMENTAL_PROVIDER"

// ErrNoEngine says that there is no container engine to be found.
var ErrNoEngine = errors.New("no container engine was found: kind needs the command docker, podman or nerdctl, and its daemon running")

// Engine is the container engine whose containers are nodes.
type Engine string

// The engines that kind knows.
const (
	Docker  Engine = "docker"
	Podman  Engine = "podman"
	Nerdctl Engine = "nerdctl"
)

// FindEngine takes the engine that EngineVariable names, or else the first of
// docker, nerdctl and podman whose command is there: the order of kind's command.
func FindEngine() (Engine, error) {
	if named := Engine(os.Getenv(EngineVariable)); named != "" {
		if !named.isKnown() {
			return "", fmt.Errorf("%s is %q: expected docker, podman or nerdctl", EngineVariable, named)
		}
		return named, nil
	}
	for _, engine := range []Engine{Docker, Nerdctl, Podman} {
		if _, err := exec.LookPath(string(engine)); err == nil {
			return engine, nil
		}
	}
	return "", ErrNoEngine
}

// StoredEngine is the engine that a cluster was looked for with before: another one knows nothing of it, and would say
// that it is not there. For none, as older gamedays stored it, it is what FindEngine takes.
func StoredEngine(stored Engine) (Engine, error) {
	switch {
	case stored == "":
		return FindEngine()
	case !stored.isKnown():
		return "", fmt.Errorf("unknown container engine %q: expected docker, podman or nerdctl; use the gameday that stored it", string(stored))
	}
	if _, err := exec.LookPath(string(stored)); err != nil {
		return "", fmt.Errorf("the nodes are containers of %s, whose command is not to be found (%w): install it, or add its folder to PATH", stored, err)
	}
	return stored, nil
}

func (e Engine) isKnown() bool { return e == Docker || e == Podman || e == Nerdctl }

// provider is kind's provider on the engine.
func (e Engine) provider(logger log.Logger) *cluster.Provider {
	option := cluster.ProviderWithDocker()
	switch e {
	case Podman:
		option = cluster.ProviderWithPodman()
	case Nerdctl:
		option = cluster.ProviderWithNerdctl("")
	}
	if logger == nil {
		logger = log.NoopLogger{}
	}
	return cluster.NewProvider(cluster.ProviderWithLogger(logger), option)
}

// output runs a command of the engine and returns the lines that it printed. What
// it said in its error output becomes the error.
func (e Engine) output(ctx context.Context, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, string(e), args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(problems.String()); said != "" {
			err = fmt.Errorf("%w: %s", err, said)
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("%s %s: %w", e, args[0], err)
	}
	text := strings.TrimRight(out.String(), "\n")
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}
