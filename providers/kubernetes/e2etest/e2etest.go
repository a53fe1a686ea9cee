//go:build e2e

// Package e2etest is what tests on a real cluster share: a connection, a namespace of
// their own, and a picture of it, by which it is seen whether everything is as it was.
package e2etest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

// Image is the agent's image in the cluster of the tests.
func Image() string {
	if image := os.Getenv("GAMEDAY_AGENT_IMAGE"); image != "" {
		return image
	}
	return "gameday/agent:dev"
}

// Connect connects to the cluster of $KUBECONFIG.
func Connect(t testing.TB) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Connect(cluster.Access{AgentImage: Image(), Reaper: true})
	require.NoError(t, err, "these tests need a cluster")
	_, err = c.Typed.Discovery().ServerVersion()
	require.NoError(t, err, "these tests need a cluster")
	return c
}

// Namespace makes a namespace that goes with the test.
func Namespace(t testing.TB, c *cluster.Cluster, prefix string) string {
	t.Helper()
	namespaces := c.Typed.CoreV1().Namespaces()
	made, err := namespaces.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix}}, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, namespaces.Delete(ctx, made.Name, metav1.DeleteOptions{}))
	})
	require.Eventually(t, func() bool { // its default account is made by a controller
		_, err := c.Typed.CoreV1().ServiceAccounts(made.Name).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	}, 20*time.Second, 50*time.Millisecond)
	return made.Name
}
