package target_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

func TestBlocksTakeWhatTheirKindHas(t *testing.T) {
	for kind, wanted := range map[target.Kind][]string{
		target.Pod: {
			"namespace", "namespaces", "names", "labels", "expressions", "annotations", "fields",
			"owner", "nodes", "node_labels", "container", "phase", "ready", "count", "percent",
		},
		target.Node:      {"names", "labels", "expressions", "annotations", "fields", "ready", "count", "percent"},
		target.Workload:  {"namespace", "namespaces", "names", "labels", "expressions", "annotations", "fields", "count", "percent"},
		target.Service:   {"namespace", "namespaces", "names", "labels", "expressions", "annotations", "fields", "count", "percent"},
		target.Namespace: {"namespace", "namespaces", "count", "percent"},
		target.Secret:    {"namespace", "names"},
		target.ConfigMap: {"namespace", "names"},
		target.Claim:     {"namespace", "names"},
		target.Cluster:   nil,
	} {
		block := target.Block(kind)
		var names []string
		for _, a := range block.Block.Attributes {
			names = append(names, a.Name)
			assert.NotEmpty(t, a.Description, "%s of %s", a.Name, kind)
		}
		assert.Equal(t, wanted, names, kind)
		outer := &schema.Block{Description: "A fault.", Blocks: []schema.NestedBlock{block}}
		require.NoError(t, outer.Verify())
	}
}
