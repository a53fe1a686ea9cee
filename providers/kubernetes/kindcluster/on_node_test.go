package kindcluster

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFullName(t *testing.T) {
	for given, want := range map[string]string{
		"shop:dev":                 "docker.io/library/shop:dev",
		"shop":                     "docker.io/library/shop:latest",
		"gameday/agent:dev":        "docker.io/gameday/agent:dev",
		"registry.k8s.io/pause:3":  "registry.k8s.io/pause:3",
		"localhost:5000/shop:1":    "localhost:5000/shop:1",
		"docker.io/library/shop:1": "docker.io/library/shop:1",
		"NO NAME":                  "NO NAME",
	} {
		assert.Equal(t, want, fullName(given))
	}
}

func TestDigestOf(t *testing.T) {
	table := []string{
		"REF                        TYPE                                       DIGEST       SIZE     PLATFORMS   LABELS",
		"docker.io/library/shop:dev application/vnd.oci.image.manifest.v1+json sha256:m1    2.5 MiB  linux/amd64 io.cri-containerd.image=managed",
		"docker.io/library/torn",
	}
	assert.Equal(t, "sha256:m1", digestOf(table, "docker.io/library/shop:dev"))
	assert.Empty(t, digestOf(table, "docker.io/library/shop"), "another tag")
	assert.Empty(t, digestOf(table, "docker.io/library/torn"))
	assert.Empty(t, digestOf(nil, "docker.io/library/shop:dev"))
}

// An image that was built again has another configuration, whatever its tag.
func TestLeadsTo(t *testing.T) {
	kept := map[string]string{
		"sha256:m1":   `{"config": {"digest": "sha256:c1"}, "layers": [{"digest": "sha256:l1"}]}`,
		"sha256:i1":   `{"manifests": [{"digest": "sha256:arm"}, {"digest": "sha256:m1"}]}`,
		"sha256:torn": `{"config": {"dig`,
	}
	content := func(digest string) ([]byte, error) {
		text, found := kept[digest]
		if !found {
			return nil, errors.New("content not found")
		}
		return []byte(text), nil
	}
	for name, c := range map[string]struct {
		digest, id string
		want       bool
	}{
		"by its configuration":         {"sha256:m1", "sha256:c1", true},
		"by its manifest":              {"sha256:m1", "sha256:m1", true},
		"through an index":             {"sha256:i1", "sha256:c1", true},
		"a manifest in an index":       {"sha256:i1", "sha256:m1", true},
		"an id without its algorithm":  {"sha256:m1", "c1", true},
		"built again":                  {"sha256:m1", "sha256:c2", false},
		"built again, behind an index": {"sha256:i1", "sha256:c2", false},
		"a layer is no image":          {"sha256:m1", "sha256:l1", false},
		"not kept":                     {"sha256:gone", "sha256:c1", false},
		"not readable":                 {"sha256:torn", "sha256:c1", false},
		"without an id":                {"sha256:m1", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, leadsTo(content, c.digest, c.id))
		})
	}
}
