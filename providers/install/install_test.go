package install_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/install"
)

func TestKindOf(t *testing.T) {
	for source, want := range map[string]install.Kind{
		"builtin": install.BuiltIn, "./bin/x": install.Local, "../x": install.Local, "/opt/x": install.Local, "acme/redis": install.Mirrored, "a1/b-2": install.Mirrored, "oci://registry.example.com:5000/acme/redis": install.Pulled,
	} {
		got, err := install.KindOf(source)
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)
	}
	for _, source := range []string{"", "redis", "acme/", "Acme/redis", "registry.example.com/acme/redis", "acme/../redis", "-a/b", "oci://redis", "oci://registry.example.com/../../../bin/sh", "oci://registry.example.com/a//b", "oci://registry.example.com/redis:1.0"} {
		_, err := install.KindOf(source)
		require.ErrorContains(t, err, "is not the source of a provider", source)
	}
}

// mirror has versions of acme/redis for this platform, and one that is for another.
func mirror(t *testing.T, versions ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, version := range versions {
		write(t, filepath.Join(root, "acme", "redis", version, install.Platform(), "gameday-provider-redis"), "redis "+version)
	}
	write(t, filepath.Join(root, "acme", "redis", "9.0.0", "plan9_386", "gameday-provider-redis"), "elsewhere")
	write(t, filepath.Join(root, "acme", "redis", "notes", "README"), "no version")
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
}

func TestChooseFromAMirror(t *testing.T) {
	places := install.Places{Dir: t.TempDir(), Mirror: mirror(t, "1.2.0", "1.10.0", "2.0.0", "3.0.0-rc1")}
	for name, c := range map[string]struct{ constraint, locked, want, wrong string }{
		"the newest":             {want: "2.0.0"},
		"that fits":              {constraint: "~> 1.2", want: "1.10.0"},
		"the locked one":         {constraint: "~> 1.2", locked: "1.2.0", want: "1.2.0"},
		"a pre-release by name":  {constraint: "3.0.0-rc1", want: "3.0.0-rc1"},
		"a locked pre-release":   {locked: "3.0.0-rc1", want: "3.0.0-rc1"},
		"none fits":              {constraint: ">= 3.0", wrong: "has no version of acme/redis that is >= 3.0 for " + install.Platform()},
		"the locked one is gone": {locked: "1.3.0", wrong: "that is the locked 1.3.0"},
		"the locked one is refused": {
			constraint: ">= 2.0", locked: "1.2.0",
			wrong: "the locked 1.2.0 of acme/redis is not >= 2.0, as the configuration requires now: run gameday init -upgrade",
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := places.Choose(t.Context(), install.Requirement{Name: "redis", Source: "acme/redis", Version: c.constraint}, install.Locked{Version: c.locked})
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, found.Release)
			text, err := os.ReadFile(found.Path)
			require.NoError(t, err)
			assert.Equal(t, "redis "+c.want, string(text))
			assert.True(t, strings.HasPrefix(found.Path, places.Dir), "it stays when the mirror goes")
			again, err := places.Again(found.Requirement, install.Locked{Version: c.want})
			require.NoError(t, err)
			assert.Equal(t, found, again)
		})
	}
	_, err := places.Choose(t.Context(), install.Requirement{Name: "x", Source: "acme/other"}, install.Locked{})
	require.ErrorContains(t, err, "has no provider acme/other")
	_, err = install.Places{Dir: places.Dir}.Choose(t.Context(), install.Requirement{Name: "redis", Source: "acme/redis"}, install.Locked{})
	require.ErrorContains(t, err, "no mirror was named")
}

// TestARefusedProgramReplacesNothing: what was installed before still works.
func TestARefusedProgramReplacesNothing(t *testing.T) {
	places := install.Places{Dir: t.TempDir(), Mirror: mirror(t, "1.2.0")}
	needed := install.Requirement{Name: "redis", Source: "acme/redis"}
	found, err := places.Choose(t.Context(), needed, install.Locked{})
	require.NoError(t, err)
	lock := &install.Lock{}
	lock.Pin(found, "1.2.0")
	locked, _ := lock.Find("redis")
	write(t, filepath.Join(places.Mirror, "acme", "redis", "1.2.0", install.Platform(), "gameday-provider-redis"), "another")
	_, err = places.Choose(t.Context(), needed, locked)
	require.ErrorContains(t, err, "is not the one that was locked")
	again, err := places.Again(needed, locked)
	require.NoError(t, err)
	require.NoError(t, lock.Verify(again))
}

func TestALocalProgram(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bin", "redis"), "one")
	places, needed := install.Places{Dir: dir}, install.Requirement{Name: "redis", Source: "./bin/redis"}
	found, err := places.Choose(t.Context(), needed, install.Locked{})
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "bin", "redis"), found.Path)
	lock := &install.Lock{}
	require.ErrorContains(t, lock.Verify(found), "is not installed: run gameday init")
	lock.Pin(found, "1.0.0")
	require.NoError(t, lock.Verify(found))

	write(t, filepath.Join(dir, "bin", "redis"), "two")
	changed, err := places.Again(needed, install.Locked{})
	require.NoError(t, err)
	require.ErrorContains(t, lock.Verify(changed), "is not the one that was locked")
	require.ErrorContains(t, lock.Verify(changed), "gameday init -upgrade")

	changed.Source = "./elsewhere"
	require.ErrorContains(t, lock.Verify(changed), `was installed from "./bin/redis", and "./elsewhere" is required now`)
	_, err = places.Again(install.Requirement{Name: "x", Source: "./gone"}, install.Locked{})
	require.ErrorContains(t, err, "there is no program")
}

func TestFits(t *testing.T) {
	r := install.Requirement{Name: "redis", Version: "~> 1.2"}
	require.NoError(t, r.Fits("1.3.0"))
	require.NoError(t, r.Fits("1.3.0-beta"), "what leads to it can be tried")
	require.EqualError(t, r.Fits("2.0.0"), "the provider redis is required as ~> 1.2, and this is 2.0.0")
	require.ErrorContains(t, r.Fits("new"), "expected a semantic version")
}

func TestLockFile(t *testing.T) {
	dir := t.TempDir()
	empty, err := install.ReadLock(dir)
	require.NoError(t, err)
	assert.Empty(t, empty.Providers)

	lock := &install.Lock{}
	pin := func(name, source, version string) {
		lock.Pin(install.Found{Requirement: install.Requirement{Name: name, Source: source}, SHA256: strings.Repeat("ab", 32)}, version)
	}
	pin("redis", "acme/redis", "1.2.0")
	pin("mesh", "./mesh", "0.1.0")
	lock.Providers[0].Hashes["plan9_386"] = "sha256:" + strings.Repeat("cd", 32)
	require.NoError(t, lock.Write(dir))
	text, err := os.ReadFile(filepath.Join(dir, install.LockFile))
	require.NoError(t, err)
	assert.Equal(t, `# Written by "gameday init". Commit it, so that everybody runs the same providers.

provider "mesh" {
  source  = "./mesh"
  version = "0.1.0"
  hashes = {
    `+install.Platform()+` = "sha256:`+strings.Repeat("ab", 32)+`"
  }
}

provider "redis" {
  source  = "acme/redis"
  version = "1.2.0"
  hashes = {
    `+install.Platform()+` = "sha256:`+strings.Repeat("ab", 32)+`"
    plan9_386   = "sha256:`+strings.Repeat("cd", 32)+`"
  }
}
`, string(text))
	back, err := install.ReadLock(dir)
	require.NoError(t, err)
	assert.Equal(t, string(lock.Text()), string(back.Text()))

	pin("redis", "acme/redis", "1.2.0")
	again, _ := lock.Find("redis")
	assert.Len(t, again.Hashes, 2, "other platforms stay")
	pin("redis", "acme/redis", "1.3.0")
	again, _ = lock.Find("redis")
	assert.Len(t, again.Hashes, 1, "of another version")
	lock.Keep([]install.Requirement{{Name: "mesh"}})
	assert.Len(t, lock.Providers, 1)
	lock.Keep(nil)
	require.NoError(t, lock.Write(dir))
	assert.NoFileExists(t, filepath.Join(dir, install.LockFile))
	require.NoError(t, lock.Write(dir), "twice")
}

func TestALockFileThatSomebodyEdited(t *testing.T) {
	for text, want := range map[string]string{
		`provider "x" {`:                  "read the lock file",
		`provider "x" { source = "./x" }`: "Missing required argument",
		"provider \"x\" {\n  source = \"./x\"\n  version = \"1\"\n  hashes = { linux_amd64 = \"md5:1\" }\n}": "expected sha256: and 64 hexadecimal digits",
		strings.Repeat("provider \"x\" {\n  source = \"./x\"\n  version = \"1\"\n  hashes = {}\n}\n", 2):     "is there twice",
	} {
		_, err := install.ParseLock([]byte(text), "lock.hcl")
		require.ErrorContains(t, err, want)
	}
}

func FuzzLock(f *testing.F) {
	f.Add([]byte("provider \"x\" {\n  source = \"./x\"\n  version = \"1\"\n  hashes = { linux_amd64 = \"sha256:" + strings.Repeat("a", 64) + "\" }\n}\n"))
	f.Add([]byte("provider \"x\" {\n  source = \"./x\"\n  version = \"1\"\n  hashes = {}\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lock, err := install.ParseLock(text, "lock.hcl")
		if err != nil {
			return
		}
		back, err := install.ParseLock(lock.Text(), "lock.hcl")
		require.NoError(t, err, "what was read can be written")
		require.Equal(t, string(lock.Text()), string(back.Text()))
	})
}
