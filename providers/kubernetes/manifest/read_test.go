package manifest_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/manifest"
)

// folder writes files and returns their folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func object(kind, name string) string {
	return "apiVersion: v1\nkind: " + kind + "\nmetadata: {name: " + name + "}\n"
}

func kinds(all []manifest.Object) []string {
	var out []string
	for _, o := range all {
		out = append(out, o.GetKind()+"/"+o.GetName())
	}
	return out
}

func TestReadPutsObjectsInOrder(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.yaml": "# nothing but a comment\n---\n" + object("Deployment", "web") + "---\n" + object("Service", "web") + "---\n" +
			object("ValidatingWebhookConfiguration", "guard") + "---\n" + object("CustomResourceDefinition", "things"),
		"b.json":         `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"key"}},{"apiVersion":"v1","kind":"Thing","metadata":{"name":"one"}}]}`,
		"c.yml":          object("Namespace", "shop"),
		"notes.txt":      "not a manifest",
		"below/far.yaml": object("ConfigMap", "far"),
	})
	all, err := manifest.Read([]string{dir})
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff([]string{
		"Namespace/shop", "CustomResourceDefinition/things", "Secret/key", "Service/web", "Deployment/web", "Thing/one", "ValidatingWebhookConfiguration/guard",
	}, kinds(all.Objects)))
	assert.Equal(t, filepath.Join(dir, "c.yml"), all.Objects[0].File)
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	dir := folder(t, map[string]string{
		"kindless.yaml": "metadata: {name: x}",
		"nameless.yaml": object("Pod", "ok") + "---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}",
		"broken.yaml":   "a: [",
		"empty/x.txt":   "",
	})
	tests := map[string]string{
		"kindless.yaml": "document 1: expected an object with apiVersion and kind",
		"nameless.yaml": "document 2: expected a Pod with metadata.name",
		"broken.yaml":   "document 1",
		"empty":         "expected .yaml, .yml or .json files, found none",
		"missing":       "no such file",
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := manifest.Read([]string{filepath.Join(dir, name)})
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, filepath.Join(dir, name))
		})
	}
}

// TestDigestsTellWhatIsRead: all that changes what is applied changes the digest of the path, and nothing else does.
func TestDigestsTellWhatIsRead(t *testing.T) {
	files := func(change map[string]string) map[string]string {
		all := map[string]string{"a.yaml": object("Service", "web"), "b.yaml": object("Service", "api")}
		maps.Copy(all, change)
		return all
	}
	digest := func(t *testing.T, of map[string]string) string {
		t.Helper()
		dir := folder(t, of)
		all, err := manifest.Read([]string{dir})
		require.NoError(t, err)
		require.Len(t, all.Digests[dir], 64)
		return all.Digests[dir]
	}
	before := digest(t, files(nil))
	for name, test := range map[string]struct {
		change map[string]string
		same   bool
	}{
		"nothing":        {nil, true},
		"another file":   {map[string]string{"notes.txt": "not a manifest"}, true},
		"another text":   {map[string]string{"a.yaml": object("Service", "shop")}, false},
		"a new manifest": {map[string]string{"c.yaml": "# nothing yet"}, false},
		"a text moved":   {map[string]string{"a.yaml": object("Service", "web") + "---\n" + object("Service", "api"), "b.yaml": "# moved"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.same, before == digest(t, files(test.change)))
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(object("Pod", "x") + "---\n[]"))
	f.Add([]byte(`{"kind":"List","apiVersion":"v1","items":[null,1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "x.yaml")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		all, err := manifest.Read([]string{path})
		if err != nil {
			return
		}
		for _, o := range all.Objects {
			assert.NotEmpty(t, o.GetName())
			assert.NotEmpty(t, o.GetKind())
		}
	})
}
