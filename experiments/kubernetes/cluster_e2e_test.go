//go:build e2e

package kubernetes_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/k8s"
	"sigs.k8s.io/e2e-framework/klient/k8s/resources"
)

const (
	manifests = "../demo/shop/kubernetes"
	zoneLabel = "topology.kubernetes.io/zone"
	patience  = 2 * time.Minute // with the cluster, for anything that it does by itself
)

// harmed is the label and the taint of the worker that only those are on who tolerate that it is harmed (ci/kind/cluster.yaml).
const harmed = "gameday.dev/harmed"

// zones are one node each. The resilient shops have the first two, and the fragile ones the worker that is harmed: each can lose a
// zone while the other has all of its own.
func zones() []string { return []string{"zone-a", "zone-b", "zone-c"} }

// cluster is the one of $KUBECONFIG, with the shops on it.
type cluster struct {
	kubeconfig string
	client     kubernetes.Interface
	zoneOf     map[string]string // by node
}

// shop is one variant in a namespace of its own, and the zone that it loses.
type shop struct{ variant, namespace, zone string }

// couple are both variants: the first couple where scenarios look for them, and others beside it.
func couple(n int) []shop {
	var both []shop
	for _, variant := range variants() {
		s := shop{variant: variant, namespace: "shop-" + variant, zone: zones()[0]}
		if variant == fragile {
			s.zone = zones()[2]
		}
		if n > 0 {
			s.namespace += fmt.Sprintf("-%d", n+1)
		}
		both = append(both, s)
	}
	return both
}

// newCluster divides the workers into zones and deploys couples of shops. All of it is
// taken away with the test.
func newCluster(t *testing.T, couples int) *cluster {
	t.Helper()
	c := &cluster{kubeconfig: os.Getenv("KUBECONFIG"), zoneOf: map[string]string{}}
	require.NotEmpty(t, c.kubeconfig, "KUBECONFIG must name the kubeconfig of the cluster to test on")
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	require.NoError(t, err)
	c.client, err = kubernetes.NewForConfig(config)
	require.NoError(t, err)
	c.divide(t)
	r, err := resources.New(config)
	require.NoError(t, err)
	for n := range couples {
		for _, s := range couple(n) {
			t.Cleanup(func() { c.remove(t, s) })
			require.NoError(t, decoder.ApplyWithManifestDir(t.Context(), r, filepath.Join(manifests, s.variant), "*.yaml", nil, decoder.MutateOption(s.move)))
		}
	}
	return c
}

// move puts an object of the manifests into the shop's namespace, and pods that have a zone into the shop's.
func (s shop) move(object k8s.Object) error {
	if object.GetNamespace() == "" {
		object.SetName(s.namespace) // the namespace itself
		return nil
	}
	object.SetNamespace(s.namespace)
	if d, is := object.(*appsv1.Deployment); is && d.Spec.Template.Spec.NodeSelector[zoneLabel] != "" {
		d.Spec.Template.Spec.NodeSelector[zoneLabel] = s.zone
		d.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: harmed, Operator: corev1.TolerationOpExists}}
	}
	return nil
}

// divide labels the workers as zones, the one that is harmed last.
func (c *cluster) divide(t *testing.T) {
	t.Helper()
	nodes, err := c.client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{LabelSelector: "!node-role.kubernetes.io/control-plane"})
	require.NoError(t, err)
	nodes.Items = slices.DeleteFunc(nodes.Items, func(n corev1.Node) bool { return !takesPods(&n) })
	require.GreaterOrEqual(t, len(nodes.Items), len(zones()), "the scenarios need a worker for each zone")
	slices.SortStableFunc(nodes.Items, func(a, b corev1.Node) int { return len(a.Spec.Taints) - len(b.Spec.Taints) })
	for i, zone := range zones() {
		node := nodes.Items[i]
		before, had := node.Labels[zoneLabel]
		c.label(t, node.Name, fmt.Sprintf("%q", zone))
		c.zoneOf[node.Name] = zone
		t.Cleanup(func() {
			if had {
				c.label(t, node.Name, fmt.Sprintf("%q", before))
				return
			}
			c.label(t, node.Name, "null")
		})
	}
}

// takesPods reports whether a node is ready, and open to the shops' pods.
func takesPods(node *corev1.Node) bool {
	ready := slices.ContainsFunc(node.Status.Conditions, func(condition corev1.NodeCondition) bool {
		return condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue
	})
	closed := slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool { return taint.Key != harmed })
	return ready && !node.Spec.Unschedulable && !closed
}

func (c *cluster) label(t *testing.T, node, value string) {
	t.Helper()
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%s}}}`, zoneLabel, value)
	_, err := c.client.CoreV1().Nodes().Patch(context.WithoutCancel(t.Context()), node, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(t, err)
}

func (c *cluster) remove(t *testing.T, s shop) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	namespaces := c.client.CoreV1().Namespaces()
	if err := namespaces.Delete(ctx, s.namespace, metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
		require.NoError(t, err)
	}
	require.NoError(t, wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		_, err := namespaces.Get(ctx, s.namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	}), "the namespace %s does not go", s.namespace)
}

// settle brings a shop into the state in which every scenario begins: all pods
// ready and where they belong, and the shop open. A scenario may have left all
// pods of the resilient shop in one zone, and processes of the fragile that wait
// for ever.
func (c *cluster) settle(t *testing.T, s shop) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	wrong := "nothing was looked at"
	err := wait.PollUntilContextCancel(ctx, 250*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		var moves []string
		var err error
		wrong, moves, err = c.look(ctx, s)
		switch {
		case err != nil:
			wrong = err.Error() // a server that comes back soon is no reason to end
		case wrong == "":
			wrong, moves = c.visit(ctx, s)
		}
		for _, pod := range moves {
			_ = c.client.CoreV1().Pods(s.namespace).Delete(ctx, pod, metav1.DeleteOptions{}) // asked again in a moment
		}
		return wrong == "", nil
	})
	require.NoError(t, err, "%s does not settle: %s", s.namespace, wrong)
}

// visit buys something. A shop that has not opened long after the time in which
// it warms up is made anew, whole.
func (c *cluster) visit(ctx context.Context, s shop) (wrong string, moves []string) {
	pods := c.client.CoreV1().Pods(s.namespace)
	err := wait.PollUntilContextTimeout(ctx, 250*time.Millisecond, 15*time.Second, true, func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		return c.client.CoreV1().RESTClient().Post().Namespace(s.namespace).Resource("services").
			Name("storefront:http").SubResource("proxy").Suffix("buy").Do(ctx).Error() == nil, nil
	})
	if err == nil {
		return "", nil
	}
	list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: "app"})
	if err != nil {
		return err.Error(), nil
	}
	for i := range list.Items {
		moves = append(moves, list.Items[i].Name)
	}
	return "it sells nothing", moves
}

// look says what is not as it should be, empty for nothing, and which pods have to
// move.
func (c *cluster) look(ctx context.Context, s shop) (wrong string, moves []string, err error) {
	deployments, err := c.client.AppsV1().Deployments(s.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", nil, err
	}
	pods, err := c.client.CoreV1().Pods(s.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app"})
	if err != nil {
		return "", nil, err
	}
	for i := range deployments.Items {
		d := &deployments.Items[i]
		mine := slices.DeleteFunc(slices.Clone(pods.Items), func(p corev1.Pod) bool { return p.Labels["app"] != d.Name })
		if d.Status.ObservedGeneration < d.Generation || d.Status.ReadyReplicas != *d.Spec.Replicas || len(mine) != int(*d.Spec.Replicas) {
			return fmt.Sprintf("%s has %d pods, %d of %d ready", d.Name, len(mine), d.Status.ReadyReplicas, *d.Spec.Replicas), nil, nil
		}
		if crashed := restarted(mine); len(crashed) > 0 {
			return d.Name + " has pods that have crashed", crashed, nil
		}
		if there := c.zonesOf(mine); s.variant == resilient && len(there) < 2 {
			wrong = fmt.Sprintf("%s runs in %s", d.Name, strings.Join(there, ", "))
			for _, pod := range mine {
				moves = append(moves, pod.Name)
			}
		}
	}
	if wrong == "" {
		wrong = c.unschedulable(ctx)
	}
	return wrong, moves, nil
}

// restarted are the pods of which a container has ended before. The kubelet waits
// longer each time before it starts one again, which is no state to begin with.
func restarted(pods []corev1.Pod) []string {
	var names []string
	for i := range pods {
		if slices.ContainsFunc(pods[i].Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return s.RestartCount > 0 }) {
			names = append(names, pods[i].Name)
		}
	}
	return names
}

// zonesOf are the zones that pods run in, sorted.
func (c *cluster) zonesOf(pods []corev1.Pod) []string {
	var there []string
	for i := range pods {
		there = append(there, c.zoneOf[pods[i].Spec.NodeName])
	}
	slices.Sort(there)
	return slices.Compact(there)
}

// unschedulable names a node that takes no pods: what a scenario did to it is not
// undone yet.
func (c *cluster) unschedulable(ctx context.Context) string {
	nodes, err := c.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	for i := range nodes.Items {
		node := &nodes.Items[i]
		if c.zoneOf[node.Name] != "" && !takesPods(node) {
			return node.Name + " takes no pods"
		}
	}
	return ""
}
