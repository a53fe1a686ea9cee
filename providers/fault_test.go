package providers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
)

func TestScopeHolds(t *testing.T) {
	pod := providers.Target{Kind: "pod", Name: "shop/web"}
	for name, c := range map[string]struct {
		scope  providers.Scope
		target providers.Target
		want   bool
	}{
		"nothing":                        {providers.Scope{}, pod, false},
		"no kind":                        {providers.Scope{Namespaces: []string{"shop"}}, pod, false},
		"its kind, wherever":             {providers.Scope{Kinds: []string{"pod"}}, pod, true},
		"one of its kinds, its place":    {providers.Scope{Kinds: []string{"node", "pod"}, Namespaces: []string{"bank", "shop"}}, pod, true},
		"another kind":                   {providers.Scope{Kinds: []string{"node"}, Namespaces: []string{"shop"}}, pod, false},
		"another namespace":              {providers.Scope{Kinds: []string{"pod"}, Namespaces: []string{"bank"}}, pod, false},
		"no namespace, where it has one": {providers.Scope{Kinds: []string{"process"}, Namespaces: []string{"shop"}}, providers.Target{Kind: "process", Name: "shop"}, false},
		"no namespace":                   {providers.Scope{Kinds: []string{"process"}}, providers.Target{Kind: "process", Name: "shop"}, true},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, c.scope.Holds(c.target)) })
	}
}
