//go:build e2e

package main_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gameday-dev/gameday/internal/buildtest"
)

const drifting = `
environment "kubernetes" "here" {
  namespaces = ["NAMESPACE"]
}

experiment "kill" {
  environment = environment.here

  steady_state {
    baseline = "1s"
    probe "exec" "always" {
      command  = ["true"]
      interval = "100ms"
    }
    assert "always" {
      condition     = probe.always.success_ratio >= 0
      min_samples   = 1
      error_message = "never"
    }
    recovery {
      within = "60s"
      hold   = "1s"
    }
  }
  fault "kubernetes_pod_kill" "all" {
    duration     = "1s"
    grace_period = "0s"
    target {
      labels = { app = "payments" }
    }
  }
}
`

// TestASavedPlanOfPodsThatWereReplacedIsRefused: by UID, with what is gone and what
// is new, unless the drift is allowed.
func TestASavedPlanOfPodsThatWereReplacedIsRefused(t *testing.T) {
	kubeconfig := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, kubeconfig, "KUBECONFIG must name a kubeconfig of a cluster for tests")
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	namespace := "e3-" + strings.ToLower(ulid.Make().String())
	payments(t, client, namespace)
	old := podUIDs(t, client, namespace)

	dir := t.TempDir()
	gameday := filepath.Join(buildtest.Programs(t, buildtest.Gameday), "gameday")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.gameday.hcl"), []byte(strings.ReplaceAll(drifting, "NAMESPACE", namespace)), 0o600))
	run := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), gameday, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("plan", "-out", "saved.plan")
	require.NoError(t, err, out)

	require.NoError(t, client.CoreV1().Pods(namespace).DeleteCollection(t.Context(), metav1.DeleteOptions{GracePeriodSeconds: new(int64)}, metav1.ListOptions{}))
	require.Eventually(t, func() bool {
		now := podUIDs(t, client, namespace)
		for uid := range now {
			if old[uid] != "" {
				return false
			}
		}
		return len(now) == 2
	}, 90*time.Second, 200*time.Millisecond, "the pods are replaced")

	out, err = run("apply", "saved.plan")
	require.Error(t, err, out)
	flat := strings.Join(strings.Fields(strings.NewReplacer("│", " ").Replace(out)), " ")
	assert.Contains(t, flat, "The saved plan does not hold any more")
	for uid, name := range old {
		assert.Contains(t, flat, "target experiment.kill.fault.all: pod/"+namespace+"/"+name+" is gone: was UID "+uid)
	}
	assert.Contains(t, flat, " is new: UID ")
	assert.NotContains(t, flat, "blast radius", "it is what it was, of other pods")
	assert.Contains(t, flat, "or apply this one with")

	out, err = run("apply", "-allow-drift", "saved.plan")
	require.NoError(t, err, out)
	assert.Contains(t, out, "The targets are others than those of the saved plan")
	assert.Contains(t, out, "1 experiment: 1 passed")
}

func payments(t *testing.T, client kubernetes.Interface, namespace string) {
	t.Helper()
	_, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, client.CoreV1().Namespaces().Delete(context.WithoutCancel(t.Context()), namespace, metav1.DeleteOptions{}))
	})
	replicas, labels := int32(2), map[string]string{"app": "payments"}
	_, err = client.AppsV1().Deployments(namespace).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "payments"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
				TerminationGracePeriodSeconds: new(int64),
				Containers:                    []corev1.Container{{Name: "payments", Image: shopImage(), ImagePullPolicy: corev1.PullIfNotPresent, Args: []string{"payments"}, Env: []corev1.EnvVar{{Name: "LISTEN", Value: ":8080"}}}},
			}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(podUIDs(t, client, namespace)) == 2 }, 90*time.Second, 200*time.Millisecond, "two pods")
}

// shopImage is the demo shop; ci sets it where the tag is another.
func shopImage() string {
	if image := os.Getenv("GAMEDAY_SHOP_IMAGE"); image != "" {
		return image
	}
	return "gameday/shop:dev"
}

// podUIDs are the names of the ready pods by UID.
func podUIDs(t *testing.T, client kubernetes.Interface, namespace string) map[string]string {
	t.Helper()
	pods, err := client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	out := map[string]string{}
	for _, p := range pods.Items {
		for _, c := range p.Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil {
				out[string(p.UID)] = p.Name
			}
		}
	}
	return out
}
