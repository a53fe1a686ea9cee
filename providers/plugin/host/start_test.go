package host_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/plugin/host"
)

func TestStart(t *testing.T) {
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "program")
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700))
		return path
	}
	self := source(t)
	sum, err := install.Sum(self.Path)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		source host.Source
		want   string
	}{
		"not there":      {host.Source{Name: "x", Path: "/nowhere/program"}, "there is no program /nowhere/program"},
		"not executable": {host.Source{Name: "x", Path: "/etc/hostname"}, "cannot be executed"},
		"no provider":    {host.Source{Name: "x", Path: script("echo I am something else")}, "did not start as a provider"},
		"its log":        {host.Source{Name: "x", Path: script("echo no license >&2; exit 1")}, "no license"},
		"another name":   {host.Source{Name: "other", Path: self.Path}, `it is the provider "tester", and not "other"`},
		"changed":        {host.Source{Name: "tester", Path: self.Path, SHA256: strings.Repeat("0", 64)}, "is not the one that was locked"},
		"bad checksum":   {host.Source{Name: "tester", Path: self.Path, SHA256: "xyz"}, "expected a SHA-256"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := host.Start(t.Context(), c.source, slog.New(slog.DiscardHandler))
			require.ErrorContains(t, err, c.want)
		})
	}
	t.Run("as locked", func(t *testing.T) {
		locked := self
		locked.SHA256 = sum
		p, err := host.Start(t.Context(), locked, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		assert.Equal(t, "1.2.3", p.Metadata().Version)
		p.Close()
	})
}
