package kubernetes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

const aNamespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"

// kindFiles is a kind environment of one folder of manifests and one archive.
type kindFiles struct {
	t      *testing.T
	dir    string
	env    *kind
	values schema.Values
}

func newKindFiles(t *testing.T) kindFiles {
	t.Helper()
	engine(t, nothingThere)
	f := kindFiles{t: t, dir: t.TempDir(), env: &kind{New()}}
	require.NoError(t, os.Mkdir(filepath.Join(f.dir, "manifests"), 0o755))
	f.write("manifests/all.yaml", aNamespace)
	f.write("shop.tar", "layers")
	f.values = body(f.env.Schema(), map[string]cty.Value{
		"agent_image": cty.StringVal("agent:1"), "images": fence("shop.tar"), "manifests": fence("manifests"),
	})
	return f
}

func (f kindFiles) write(name, text string) {
	f.t.Helper()
	require.NoError(f.t, os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600))
}

func (f kindFiles) plan() (providers.EnvironmentPlan, providers.Diagnostics) {
	f.t.Helper()
	return f.env.Plan(f.t.Context(), providers.EnvironmentPlanRequest{Address: "environment.shop", Dir: f.dir, Config: f.values})
}

// up is how far Up comes: without images of nodes no further than to making the cluster.
func (f kindFiles) up() string {
	f.t.Helper()
	handle, diags := handle{Run: "r1", Kind: &kindHandle{Name: "gameday-shop", Dir: f.t.TempDir()}}.encode("environment.shop", typeKind)
	require.Empty(f.t, diags)
	_, diags = f.env.Up(f.t.Context(), providers.UpRequest{
		Handle: handle, Dir: f.dir, Progress: func(string) {},
		Configure: func(cty.Value) (schema.Values, providers.Diagnostics) { return f.values, nil },
	})
	require.True(f.t, diags.HasErrors())
	return diags[len(diags)-1].Detail
}

// TestKindPlanPinsFiles: what is brought into the cluster is in the plan's steps, so that a saved plan does not hold once it
// is another; and Up refuses what the plan of its process was not made of.
func TestKindPlanPinsFiles(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(f kindFiles)
		differs string // the step that is another; empty for none
	}{
		"nothing":      {func(kindFiles) {}, ""},
		"written anew": {func(f kindFiles) { f.write("manifests/all.yaml", aNamespace) }, ""},
		"no manifest":  {func(f kindFiles) { f.write("manifests/notes.txt", "see below") }, ""},
		"a manifest":   {func(f kindFiles) { f.write("manifests/all.yaml", aNamespace+"  # an object as before\n") }, "apply 1 object of "},
		"an archive":   {func(f kindFiles) { f.write("shop.tar", "Layers") }, "load "},
	} {
		t.Run(name, func(t *testing.T) {
			f := newKindFiles(t)
			saved, diags := f.plan()
			require.Empty(t, diags)
			require.Len(t, saved.Steps, 3)
			assert.Regexp(t, `^load \S+/shop\.tar \(sha256 [0-9a-f]{16}\)$`, saved.Steps[1])
			assert.Regexp(t, `^apply 1 object of \S+/manifests \(sha256 [0-9a-f]{16}\), and wait`, saved.Steps[2])

			test.change(f)
			refusal := f.up()
			now, diags := f.plan()
			require.Empty(t, diags)
			var others []string
			for i, step := range now.Steps {
				if step != saved.Steps[i] {
					others = append(others, step)
				}
			}
			if test.differs == "" {
				assert.Empty(t, others)
				assert.NotContains(t, refusal, "since the plan was made")
				return
			}
			require.Len(t, others, 1)
			assert.True(t, strings.HasPrefix(others[0], test.differs), others[0])
			assert.Contains(t, refusal, "has changed since the plan was made (sha256 ")
			assert.NotContains(t, f.up(), "since the plan was made", "it was planned again")
		})
	}
}

// TestKindUpChecksAgain: making a cluster takes minutes, in which files may be written to.
func TestKindUpChecksAgain(t *testing.T) {
	f := newKindFiles(t)
	_, diags := f.plan()
	require.Empty(t, diags)
	u := kindUp{provider: f.env.provider, config: kindConfigFrom(f.values, "environment.shop", f.dir), address: "environment.shop", progress: func(string) {}}
	require.NoError(t, u.unchanged(t.Context()))
	f.write("shop.tar", "Layers")
	f.write("manifests/all.yaml", "# nothing\n"+aNamespace)
	assert.ErrorContains(t, u.load(t.Context()), "shop.tar has changed since the plan was made")
	assert.ErrorContains(t, u.apply(t.Context(), met{}), "manifests has changed since the plan was made")
}

// TestKindUpWithoutAPlan: what nobody has planned in this process, nobody was shown.
func TestKindUpWithoutAPlan(t *testing.T) {
	assert.NotContains(t, newKindFiles(t).up(), "since the plan was made")
}

func TestKindPlanWithoutAnArchiveWarns(t *testing.T) {
	f := newKindFiles(t)
	require.NoError(t, os.Remove(filepath.Join(f.dir, "shop.tar")))
	plan, diags := f.plan()
	assert.Equal(t, []string{"Archive not found"}, summaries(diags))
	assert.Contains(t, plan.Steps[1], "shop.tar (not there)")
	f.write("shop.tar", "layers")
	assert.Contains(t, f.up(), "has changed since the plan was made (not there, now sha256 ")
}

// TestDigestOfAFileIsCalledOff: a large archive is not read to its end for nobody.
func TestDigestOfAFileIsCalledOff(t *testing.T) {
	f := newKindFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := digestOf(ctx, filepath.Join(f.dir, "shop.tar"))
	require.ErrorIs(t, err, context.Canceled)
}
