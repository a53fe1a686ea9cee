package image_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/image"
)

// static builds a program that needs nothing but a kernel.
func static(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(source, []byte("package main\nfunc main() {}\n"), 0o600))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "agent"), source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return filepath.Join(dir, "agent")
}

func TestImageHoldsTheAgentAlone(t *testing.T) {
	binary := image.Binary{Path: static(t), Args: []string{"agent"}}
	require.NoError(t, binary.Check())
	tag, err := binary.Tag()
	require.NoError(t, err)
	assert.Regexp(t, `^localhost/gameday/agent:[0-9a-f]{16}$`, tag)
	var first, second bytes.Buffer
	require.NoError(t, binary.Write(&first, tag))
	require.NoError(t, binary.Write(&second, tag))
	assert.True(t, bytes.Equal(first.Bytes(), second.Bytes()), "the same binary gives the same archive")

	reference, err := name.NewTag(tag)
	require.NoError(t, err)
	read, err := tarball.Image(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(first.Bytes())), nil }, &reference)
	require.NoError(t, err)
	config, err := read.ConfigFile()
	require.NoError(t, err)
	assert.Equal(t, []string{"/gameday-agent", "agent"}, config.Config.Entrypoint)
	assert.Equal(t, "65532:65532", config.Config.User)
	assert.Equal(t, "linux", config.OS)
	files := tar.NewReader(mutate.Extract(read))
	header, err := files.Next()
	require.NoError(t, err)
	assert.Equal(t, "gameday-agent", header.Name)
	assert.Equal(t, int64(0o755), header.Mode&0o777)
	content, err := io.ReadAll(files)
	require.NoError(t, err)
	want, err := os.ReadFile(binary.Path)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, content))
	_, err = files.Next()
	assert.ErrorIs(t, err, io.EOF)
}

func TestCheckRefusesWhatCannotRunAlone(t *testing.T) {
	script := filepath.Join(t.TempDir(), "agent")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755))
	err := image.Binary{Path: script}.Check()
	require.ErrorIs(t, err, image.ErrUnfit)
	assert.ErrorContains(t, err, "CGO_ENABLED=0", "what to do")
}

func TestFindTakesTheTestItself(t *testing.T) {
	binary, err := image.Find()
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	assert.Equal(t, image.Binary{Path: self, Args: []string{"agent"}}, binary)
}
