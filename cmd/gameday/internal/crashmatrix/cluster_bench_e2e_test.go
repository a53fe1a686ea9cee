//go:build e2e

package crashmatrix

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/k8s/resources"

	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
)

// bench is a namespace with everything that a fault of one type acts on, and a
// picture of it from before.
type bench struct {
	t         *testing.T
	faultType string
	fault     clusterFault
	config    *rest.Config
	client    kubernetes.Interface
	namespace string
	worker    string // a node that may be harmed
	taker     snapshot.Taker
	before    snapshot.Snapshot
}

// connect fails the test where there is no cluster.
func connect(t *testing.T) (*rest.Config, kubernetes.Interface) {
	t.Helper()
	path := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, path, "KUBECONFIG must name a kind cluster of this test's own: make e2e makes one")
	config, err := clientcmd.BuildConfigFromFlags("", path)
	require.NoError(t, err)
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return config, client
}

func newBench(t *testing.T, faultType string, fault clusterFault) *bench {
	t.Helper()
	config, client := connect(t)
	objects, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	b := &bench{
		t: t, faultType: faultType, fault: fault, config: config, client: client,
		worker: workerToHarm(t, client), taker: snapshot.NewTaker(client.Discovery(), objects),
	}
	b.makeNamespace()
	b.grant()
	b.fill()
	b.await(&crash{t: t, name: faultType}, "the workload is ready", b.ready)
	b.before, err = b.take()
	require.NoError(t, err)
	return b
}

func (b *bench) makeNamespace() {
	b.t.Helper()
	prefix := "crash-" + strings.ReplaceAll(strings.TrimPrefix(b.faultType, "kubernetes_"), "_", "-") + "-"
	made, err := b.client.CoreV1().Namespaces().Create(b.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix}}, metav1.CreateOptions{})
	require.NoError(b.t, err)
	b.namespace = made.Name
	b.t.Cleanup(func() {
		_ = b.client.CoreV1().Namespaces().Delete(context.Background(), b.namespace, metav1.DeleteOptions{}) // the cluster's end ends it too
	})
}

func (b *bench) fill() {
	b.t.Helper()
	api, err := resources.New(b.config)
	require.NoError(b.t, err)
	place := ""
	if b.fault.alone {
		place = onHarmed
	}
	objects := strings.ReplaceAll(clusterObjects, "PLACE", place)
	require.NoError(b.t, decoder.DecodeEach(b.t.Context(), strings.NewReader(objects), decoder.CreateHandler(api), decoder.MutateNamespace(b.namespace)))
}

// ready reports whether the workload is complete, and every node well where the fault
// is on one.
func (b *bench) ready(ctx context.Context) (bool, string) {
	web, err := b.client.AppsV1().Deployments(b.namespace).Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return false, err.Error()
	}
	if s := web.Status; s.ObservedGeneration < web.Generation || s.UpdatedReplicas != 2 || s.ReadyReplicas != 2 || s.Replicas != 2 {
		return false, fmt.Sprintf("web has %d of 2 pods ready, %d updated, %d in all", s.ReadyReplicas, s.UpdatedReplicas, s.Replicas)
	}
	if !b.fault.alone {
		return true, ""
	}
	nodes, err := b.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return false, err.Error()
	}
	for _, node := range nodes.Items {
		for _, c := range node.Status.Conditions {
			if c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue {
				return false, fmt.Sprintf("node %s is not ready: %s", node.Name, c.Message)
			}
		}
	}
	return true, ""
}

// renew takes the pods for new ones, which have never ended.
func (b *bench) renew() {
	b.t.Helper()
	var old map[string]string
	b.await(&crash{t: b.t, name: b.faultType}, "the old pods are ready", func(ctx context.Context) (ok bool, why string) {
		old, why = b.webPods(ctx)
		return len(old) > 0, why
	})
	err := b.client.CoreV1().Pods(b.namespace).DeleteCollection(b.t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=web"})
	require.NoError(b.t, err)
	b.await(&crash{t: b.t, name: b.faultType}, "the new pods are ready", func(ctx context.Context) (bool, string) {
		now, why := b.webPods(ctx)
		for uid := range old {
			if now[uid] != "" {
				return false, "a pod of before is there"
			}
		}
		return len(now) == len(old), why
	})
}

// refill deletes pods until the scheduler has put one onto the worker again.
func (b *bench) refill() {
	b.t.Helper()
	b.await(&crash{t: b.t, name: b.faultType}, "a pod is on the worker", func(ctx context.Context) (bool, string) {
		now, why := b.webPods(ctx)
		if len(now) == 0 {
			return false, why
		}
		for _, node := range now {
			if node == b.worker {
				return true, ""
			}
		}
		list, err := b.client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
		if err == nil && len(list.Items) > 0 {
			err = b.client.CoreV1().Pods(b.namespace).Delete(ctx, list.Items[0].Name, metav1.DeleteOptions{})
		}
		return false, fmt.Sprint("all pods are on other nodes; one was deleted: ", err)
	})
}

// webPods are the nodes of the workload's pods by UID, when it is complete and all of
// them are ready. What the Deployment says of them comes later than what they say.
func (b *bench) webPods(ctx context.Context) (nodes map[string]string, why string) {
	if ok, why := b.ready(ctx); !ok {
		return nil, why
	}
	list, err := b.client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
	if err != nil {
		return nil, err.Error()
	}
	nodes = map[string]string{}
	for i := range list.Items {
		pod := &list.Items[i]
		if !isReady(pod) || pod.DeletionTimestamp != nil {
			return nil, pod.Name + " is not ready"
		}
		nodes[string(pod.UID)] = pod.Spec.NodeName
	}
	return nodes, ""
}

func isReady(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
