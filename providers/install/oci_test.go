package install_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/install"
)

// artifact is a manifest as "oras push" makes it: each file is a layer of its own, by its name.
func artifact(t *testing.T, files map[string]string) v1.Image {
	t.Helper()
	image := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	for name, text := range files {
		var err error
		image, err = mutate.Append(image, mutate.Addendum{
			Layer:       static.NewLayer([]byte(text), "application/vnd.gameday.provider"),
			Annotations: map[string]string{"org.opencontainers.image.title": name},
		})
		require.NoError(t, err)
	}
	return image
}

// pushed is a registry with versions of a provider, as its source.
func pushed(t *testing.T, versions ...string) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug))))
	t.Cleanup(server.Close)
	at := strings.TrimPrefix(server.URL, "http://") + "/acme/gameday-provider-redis"
	for _, version := range versions {
		push(t, at+":"+version, map[string]string{"gameday-provider-redis": "redis " + version, "README.md": "read me"})
	}
	return "oci://" + at
}

// push puts an index there: with one for this platform, and one for another.
func push(t *testing.T, at string, files map[string]string) {
	t.Helper()
	tag, err := name.NewTag(at)
	require.NoError(t, err)
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: artifact(t, map[string]string{"x": "elsewhere"}), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "plan9", Architecture: "386"}}},
		mutate.IndexAddendum{Add: artifact(t, files), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: runtime.GOOS, Architecture: runtime.GOARCH}}})
	require.NoError(t, remote.WriteIndex(tag, index))
}

func TestPull(t *testing.T) {
	source := pushed(t, "1.2.0", "v1.10.0", "2.0.0", "latest", "3.0.0-beta1", "4.0.0-linux-amd64", "2", "1.2", "20240101")
	for name, c := range map[string]struct{ constraint, locked, want, text, wrong string }{
		"the newest":             {want: "2.0.0", text: "redis 2.0.0"},
		"that fits":              {constraint: "~> 1.2", want: "1.10.0", text: "redis v1.10.0"},
		"a pre-release by name":  {constraint: "3.0.0-beta1", want: "3.0.0-beta1", text: "redis 3.0.0-beta1"},
		"the locked one":         {constraint: "~> 1.2", locked: "1.2.0", want: "1.2.0", text: "redis 1.2.0"},
		"none fits":              {constraint: ">= 5.0", wrong: "has no version that is >= 5.0, only"},
		"the locked one is gone": {locked: "1.3.0", wrong: "that is the locked 1.3.0"},
		"the locked one is refused": {
			constraint: ">= 2.0", locked: "1.2.0",
			wrong: "the locked 1.2.0 of " + source + " is not >= 2.0, as the configuration requires now: run gameday init -upgrade",
		},
	} {
		t.Run(name, func(t *testing.T) {
			places := install.Places{Dir: t.TempDir()}
			found, err := places.Choose(t.Context(), install.Requirement{Name: "redis", Source: source, Version: c.constraint}, install.Locked{Version: c.locked})
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, found.Release)
			text, err := os.ReadFile(found.Path)
			require.NoError(t, err)
			assert.Equal(t, c.text, string(text))
			info, err := os.Stat(found.Path)
			require.NoError(t, err)
			assert.NotZero(t, info.Mode()&0o100, "it can be run")
		})
	}
}

// TestPullIsLocked: a tag that was moved replaces nothing, and what is there needs no registry.
func TestPullIsLocked(t *testing.T) {
	source := pushed(t, "1.2.0")
	places, needed := install.Places{Dir: t.TempDir()}, install.Requirement{Name: "redis", Source: source}
	found, err := places.Choose(t.Context(), needed, install.Locked{})
	require.NoError(t, err)
	lock := &install.Lock{}
	lock.Pin(found, "1.2.0")
	locked, _ := lock.Find("redis")

	push(t, strings.TrimPrefix(source, "oci://")+":1.2.0", map[string]string{"gameday-provider-redis": "another"})
	again, err := places.Choose(t.Context(), needed, locked)
	require.NoError(t, err, "it is there")
	require.NoError(t, lock.Verify(again))

	places.Dir = t.TempDir()
	_, err = places.Choose(t.Context(), needed, locked)
	require.ErrorContains(t, err, "is not the one that was locked")
	_, err = places.Again(needed, locked)
	require.ErrorContains(t, err, "there is no program", "nothing of it stays")
}

func TestPullFindsNothing(t *testing.T) {
	source := pushed(t, "1.0.0")
	at := strings.TrimPrefix(source, "oci://")
	push(t, at+":2.0.0", map[string]string{"a": "a", "b": "b"})
	_, err := install.Places{Dir: t.TempDir()}.Choose(t.Context(), install.Requirement{Name: "redis", Source: source}, install.Locked{})
	require.ErrorContains(t, err, "expected one layer, or one named gameday-provider-redis, found 2")

	tag, err := name.NewTag(at + ":3.0.0")
	require.NoError(t, err)
	require.NoError(t, remote.WriteIndex(tag, mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: artifact(t, map[string]string{"x": "x"}), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "plan9", Architecture: "386"}}})))
	_, err = install.Places{Dir: t.TempDir()}.Choose(t.Context(), install.Requirement{Name: "redis", Source: source}, install.Locked{})
	require.ErrorContains(t, err, "there is nothing for "+install.Platform())

	_, err = install.Places{Dir: t.TempDir()}.Choose(t.Context(), install.Requirement{Name: "redis", Source: "oci://127.0.0.1:1/acme/redis"}, install.Locked{})
	require.ErrorContains(t, err, "the registry 127.0.0.1:1 does not say which versions")
}
