package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

func TestRadiusInNumbers(t *testing.T) {
	of := func(population int, kinds ...string) target.Choice {
		c := target.Choice{Population: population}
		for _, kind := range kinds {
			c.Targets = append(c.Targets, providers.Target{Kind: kind})
		}
		return c
	}
	for want, c := range map[string]target.Choice{
		"1 of 1 pod":         of(1, "pod"),
		"2 of 7 pods":        of(7, "pod", "pod"),
		"2 of 3 targets":     of(3, "deployment", "statefulset"),
		"0 of 3 targets":     of(3),
		"2 of 3 deployments": of(3, "deployment", "deployment"),
		"1 configmap, of a number that is not known":  of(0, "configmap"),
		"2 configmaps, of a number that is not known": of(0, "configmap", "configmap"),
	} {
		assert.Equal(t, want, radius(c))
	}
}
