package kindcluster

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReporterTellsTheBeginningsOfSteps(t *testing.T) {
	var steps []string
	r := reporter{func(step string) { steps = append(steps, step) }}
	r.V(0).Infof("Creating cluster %q ...\n", "shop")
	r.V(0).Infof(" • %s  ...\n", "Ensuring node image (kindest/node:v1.37.0) 🖼")
	r.V(0).Infof(" ✓ %s\n", "Ensuring node image (kindest/node:v1.37.0) 🖼")
	r.V(0).Infof(" • %s  ...\n", "Starting control-plane 🕹️")
	r.V(1).Info(" • details")
	r.Warn("cgroup v1 is deprecated")
	assert.Equal(t, []string{"ensuring node image (kindest/node:v1.37.0)", "starting control-plane"}, steps)
}

func TestLastLines(t *testing.T) {
	assert.Equal(t, "c\nd", lastLines("a\nb\nc\nd\n", 2))
	assert.Equal(t, "a", lastLines("a", 5))
	assert.Empty(t, lastLines("\n", 5))
}
