package local

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// spec is the process as the supervisor is to run it.
func (p processConfig) spec(dir string, ports map[string]int, log string) (supervisor.ProcessSpec, error) {
	env := p.environ(os.Environ())
	searchPath := envValue(env, "PATH")
	path, err := findCommand(p.command[0], dir, searchPath)
	if err != nil {
		return supervisor.ProcessSpec{}, err
	}
	ready, err := p.readySpec(dir, searchPath, ports)
	if err != nil {
		return supervisor.ProcessSpec{}, err
	}
	return supervisor.ProcessSpec{
		Name: p.name, Path: path, Args: p.command, Env: env, Dir: under(dir, p.dir), Log: log, Ready: ready,
		Restart:    supervisor.RestartPolicy(p.restart),
		StopSignal: int(signals()[p.stopSignal]), StopTimeout: p.stopTimeout, DependsOn: p.dependsOn,
	}, nil
}

// environ is gameday's own environment with the process's variables. What was
// given to gameday as the value of a variable is left out: it may be a secret.
func (p processConfig) environ(inherited []string) []string {
	env := slices.DeleteFunc(slices.Clone(inherited), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, replaced := p.env[name]
		return replaced || strings.HasPrefix(name, "GAMEDAY_VAR_")
	})
	for _, name := range slices.Sorted(maps.Keys(p.env)) {
		env = append(env, name+"="+p.env[name])
	}
	return env
}

func (p processConfig) readySpec(dir, searchPath string, ports map[string]int) (supervisor.ReadySpec, error) {
	spec := supervisor.ReadySpec{Log: p.ready.log, Interval: p.ready.interval, Timeout: p.ready.timeout}
	if len(p.ready.exec) > 0 {
		path, err := findCommand(p.ready.exec[0], dir, searchPath)
		if err != nil {
			return spec, fmt.Errorf("ready.exec: %w", err)
		}
		spec.Exec = append([]string{path}, p.ready.exec[1:]...)
	}
	if p.ready.http == "" && !p.ready.tcp {
		return spec, nil
	}
	port, err := p.readyPort()
	if err != nil {
		return spec, err
	}
	if p.ready.tcp {
		spec.TCP = address(ports[port])
	} else {
		spec.HTTP = "http://" + address(ports[port]) + p.ready.http
	}
	return spec, nil
}

// under is a path from dir, unless it is absolute.
func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func envValue(env []string, name string) string {
	for _, entry := range slices.Backward(env) {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}
