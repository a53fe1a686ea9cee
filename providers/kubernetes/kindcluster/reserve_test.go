package kindcluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

func TestANameIsReservedOnce(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	release, err := kindcluster.Reserve("shop")
	require.NoError(t, err)
	_, err = kindcluster.Reserve("shop")
	require.ErrorIs(t, err, kindcluster.ErrTaken)
	other, err := kindcluster.Reserve("bank")
	require.NoError(t, err)
	other()
	release()
	again, err := kindcluster.Reserve("shop")
	require.NoError(t, err)
	again()
}
