package providers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// stub is a provider of one action; nothing of it is ever run.
type stub struct{ name, action string }

func (s stub) Metadata() providers.Metadata { return providers.Metadata{Name: s.name} }
func (s stub) Types() providers.Types {
	return providers.Types{Actions: []providers.Action{action{name: s.action}}}
}

type action struct {
	providers.Action
	name string
}

func (a action) TypeName() string    { return a.name }
func (action) Schema() *schema.Block { return &schema.Block{} }

func TestTypesAreFoundByKindAndName(t *testing.T) {
	set, err := providers.NewSet(stub{"b", "exec"}, stub{"a", "flush"})
	require.NoError(t, err)
	found, ok := set.Action("exec")
	require.True(t, ok)
	assert.Equal(t, "exec", found.TypeName())
	assert.Equal(t, "b", set.ProviderOf(providers.KindAction, "exec").Metadata().Name)
	assert.Equal(t, []string{"exec", "flush"}, set.Names(providers.KindAction))
	assert.Equal(t, "a", set.All()[0].Metadata().Name)

	_, ok = set.Fault("exec")
	assert.False(t, ok, "kinds are apart")
	assert.Nil(t, set.Type(providers.KindFault, "exec"))
	assert.Nil(t, set.ProviderOf(providers.KindFault, "exec"))
	assert.Nil(t, set.Provider("c"))
	assert.NotNil(t, set.Type(providers.KindAction, "exec"))
}

func TestWhatTwoProvidersClaimIsAnError(t *testing.T) {
	_, err := providers.NewSet(stub{"a", "exec"}, stub{"b", "exec"}, stub{"a", "other"})
	require.Error(t, err)
	assert.ErrorContains(t, err, `action type "exec" is offered by the providers "a" and "b"`)
	assert.ErrorContains(t, err, `provider "a" is given twice`)
}
