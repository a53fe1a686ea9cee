//go:build e2e

package kind

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"
)

const (
	namespace   = "node-image"
	serviceName = "servers"
	port        = 8080
)

// serve answers each connection with the address that it came from and the
// name of the server's node.
const serve = `my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
while (my $c = $s->accept) { print $c $c->peerhost, " $ENV{NODE}\n"; close $c }`

// ask is a script that prints what a server answers.
func ask(host string) string { return fmt.Sprintf("(exec 3<>/dev/tcp/%s/%d; cat <&3)", host, port) }

// cluster is the one that KUBECONFIG leads to.
type cluster struct {
	kubernetes.Interface

	config *rest.Config
}

func connect(t *testing.T) cluster {
	t.Helper()
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		clientcmd.NewDefaultClientConfigLoadingRules(), nil).ClientConfig()
	require.NoError(t, err, "expected KUBECONFIG to name a cluster; make e2e creates one")
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return cluster{Interface: client, config: config}
}

// startServers runs a server on every node, behind one service, until the end
// of the test. They are by the names of their nodes.
func startServers(t *testing.T, c cluster) map[string]corev1.Pod {
	t.Helper()
	c.createNamespace(t)
	servers := daemons(c.anyImage(t))
	_, err := c.AppsV1().DaemonSets(namespace).Create(t.Context(), servers, metav1.CreateOptions{})
	require.NoError(t, err)
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName},
		Spec:       corev1.ServiceSpec{Selector: servers.Spec.Selector.MatchLabels, Ports: []corev1.ServicePort{{Port: port}}},
	}
	_, err = c.CoreV1().Services(namespace).Create(t.Context(), service, metav1.CreateOptions{})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		set, err := c.AppsV1().DaemonSets(namespace).Get(t.Context(), serviceName, metav1.GetOptions{})
		return err == nil && set.Status.DesiredNumberScheduled > 0 && set.Status.NumberReady == set.Status.DesiredNumberScheduled
	}, time.Minute, 100*time.Millisecond, "expected the servers to be ready within a minute")
	return c.byNode(t)
}

func (c cluster) createNamespace(t *testing.T) {
	t.Helper()
	object := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	_, err := c.CoreV1().Namespaces().Create(t.Context(), object, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		err := c.CoreV1().Namespaces().Delete(context.WithoutCancel(t.Context()), namespace, metav1.DeleteOptions{})
		require.NoError(t, err)
	})
}

// anyImage is one that every node has: which one doesn't matter, as the
// servers' programs are the node's own.
func (c cluster) anyImage(t *testing.T) string {
	t.Helper()
	proxy, err := c.AppsV1().DaemonSets("kube-system").Get(t.Context(), "kube-proxy", metav1.GetOptions{})
	require.NoError(t, err)
	return proxy.Spec.Template.Spec.Containers[0].Image
}

// daemons are servers on every node, also on those with a taint.
func daemons(image string) *appsv1.DaemonSet {
	labels := map[string]string{"app": serviceName}
	server := corev1.Container{
		Name: "server", Image: image, Command: []string{"/usr/bin/perl", "-MIO::Socket::INET", "-e", serve},
		Env: []corev1.EnvVar{{Name: "NODE", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"},
		}}},
	}
	pod := corev1.PodSpec{
		Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		TerminationGracePeriodSeconds: new(int64),
	}
	for _, dir := range []string{"usr", "lib", "lib64"} {
		pod.Volumes = append(pod.Volumes, corev1.Volume{Name: dir, VolumeSource: corev1.VolumeSource{
			HostPath: &corev1.HostPathVolumeSource{Path: "/" + dir},
		}})
		server.VolumeMounts = append(server.VolumeMounts, corev1.VolumeMount{Name: dir, MountPath: "/" + dir, ReadOnly: true})
	}
	pod.Containers = []corev1.Container{server}
	return &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod},
		},
	}
}

func (c cluster) byNode(t *testing.T) map[string]corev1.Pod {
	t.Helper()
	pods, err := c.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	servers := map[string]corev1.Pod{}
	for _, pod := range pods.Items {
		servers[pod.Spec.NodeName] = pod
	}
	return servers
}

// run returns what a script prints in a server's container; it must end with 0
// within half a minute.
func (c cluster) run(t *testing.T, pod corev1.Pod, script string) string {
	t.Helper()
	options := &corev1.PodExecOptions{Command: []string{"/usr/bin/bash", "-c", script}, Stdout: true, Stderr: true}
	request := c.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Name(pod.Name).
		SubResource("exec").VersionedParams(options, scheme.ParameterCodec)
	executor, err := remotecommand.NewWebSocketExecutor(c.config, "GET", request.URL().String())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var out, errors bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out, Stderr: &errors})
	require.NoError(t, err, "%q on %s: %s", script, pod.Spec.NodeName, errors.String())
	return out.String()
}
