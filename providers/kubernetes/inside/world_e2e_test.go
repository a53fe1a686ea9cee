//go:build e2e

package inside_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/http"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside"
	"github.com/gameday-dev/gameday/providers/schema"
)

// patience bounds the wait for a cluster on a busy machine.
const patience = 90 * time.Second

// fixture is a namespace with a service of one pod, and a hub that reaches its
// cluster through a path that can be cut.
type fixture struct {
	cluster *cluster.Cluster // not through the path
	through *cluster.Cluster
	path    *path
	hub     *inside.Hub
	run     string
	space   string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	c := e2etest.Connect(t)
	f := &fixture{cluster: c, space: e2etest.Namespace(t, c, "e7-"), run: ulid.Make().String(), hub: &inside.Hub{}}
	f.path = newPath(t, c.Config.Host)
	access := c.Access
	access.Namespaces = []string{f.space}
	access.Kubeconfig = f.rewritten(t)
	through, err := cluster.Connect(access)
	require.NoError(t, err)
	f.through = through
	f.serve(t)
	return f
}

// rewritten is the kubeconfig with the path's address in it.
func (f *fixture) rewritten(t *testing.T) string {
	t.Helper()
	config, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	require.NoError(t, err)
	for _, c := range config.Clusters {
		c.Server = "https://" + f.path.listener.Addr().String()
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, clientcmd.WriteToFile(*config, file))
	return file
}

// serve makes the service "payments", and waits until its pod is ready.
func (f *fixture) serve(t *testing.T) {
	t.Helper()
	labels := map[string]string{"app": "payments"}
	none := int64(0)
	_, err := f.cluster.Typed.AppsV1().Deployments(f.space).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "payments"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{TerminationGracePeriodSeconds: &none, Containers: []corev1.Container{{
					Name: "payments", Image: "gameday/shop:dev", Args: []string{"payments"},
					Env: []corev1.EnvVar{{Name: "LISTEN", Value: ":8080"}},
					ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
						HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)},
					}},
				}}},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = f.cluster.Typed.CoreV1().Services(f.space).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "payments"},
		Spec:       corev1.ServiceSpec{Selector: labels, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(8080)}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		d, err := f.cluster.Typed.AppsV1().Deployments(f.space).Get(t.Context(), "payments", metav1.GetOptions{})
		return err == nil && d.Status.ReadyReplicas == 1
	}, patience, 100*time.Millisecond)
}

// pod is where the pod behind the service listens.
func (f *fixture) pod(t *testing.T) string {
	t.Helper()
	pods, err := f.cluster.Typed.CoreV1().Pods(f.space).List(t.Context(), metav1.ListOptions{LabelSelector: "app=payments"})
	require.NoError(t, err)
	require.Len(t, pods.Items, 1)
	return net.JoinHostPort(pods.Items[0].Status.PodIP, "8080")
}

func (f *fixture) request(t *testing.T, of providers.Type, body string, timeout time.Duration) providers.InsideRequest {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(body), "test.hcl")
	require.Empty(t, diags)
	value, diags := hcldec.Decode(file.Body, of.Schema().Spec(), nil)
	require.Empty(t, diags)
	req := providers.InsideRequest{Type: of.TypeName(), Run: f.run, OpenRequest: providers.OpenRequest{
		Address: "probe.a", Config: schema.NewValues(value), Timeout: timeout,
		Environment: providers.EnvironmentState{Address: "environment.test", Type: "kubernetes", Up: true},
	}}
	if probe, ok := of.(providers.Probe); ok {
		req.Fields = probe.SampleType()
	}
	return req
}

// record is what a probe reported.
type record struct {
	mu       sync.Mutex
	samples  []providers.TimedSample
	complete time.Time
}

// all is what was reported, of the time in which nothing is under way any more.
func (r *record) all() (out []providers.TimedSample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.samples {
		if s.Due.Before(r.complete) {
			out = append(out, s)
		}
	}
	return out
}

// probe runs an http probe of a URL every 100 ms until the test has ended.
func (f *fixture) probe(t *testing.T, url string) *record {
	t.Helper()
	of := http.New().Types().Probes[0]
	streamer, diags := f.hub.OpenProbe(t.Context(), f.through, f.request(t, of, `url = "`+url+`"`, 2*time.Second))
	require.Empty(t, diags)
	r := &record{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- streamer.Stream(ctx, providers.StreamRequest{
			Interval: 100 * time.Millisecond,
			Report:   func(s providers.TimedSample) { r.mu.Lock(); defer r.mu.Unlock(); r.samples = append(r.samples, s) },
			Complete: func(before time.Time) { r.mu.Lock(); defer r.mu.Unlock(); r.complete = before },
		})
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
		require.NoError(t, streamer.Close())
	})
	return r
}

// until waits until what was reported is as wanted.
func (r *record) until(t *testing.T, wanted func([]providers.TimedSample) bool) []providers.TimedSample {
	t.Helper()
	require.Eventually(t, func() bool { return wanted(r.all()) }, patience, 50*time.Millisecond)
	return r.all()
}

// probers are the prober pods in the namespace.
func (f *fixture) probers(t *testing.T) []corev1.Pod {
	t.Helper()
	list, err := f.cluster.Typed.CoreV1().Pods(f.space).List(context.Background(), metav1.ListOptions{LabelSelector: "gameday.dev/run=" + f.run})
	require.NoError(t, err)
	return list.Items
}

// path carries connections to the API server, and can be cut.
type path struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

func newPath(t *testing.T, host string) *path {
	t.Helper()
	at, err := url.Parse(host)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &path{listener: listener, to: at.Host, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close() })
	go p.serve()
	return p
}

func (p *path) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.carry(conn)
	}
}

func (p *path) carry(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	there, err := net.Dial("tcp", p.to)
	if err != nil || !p.keep(conn, there) {
		return
	}
	defer func() { _ = there.Close() }()
	go func() { _, _ = io.Copy(there, conn); _ = there.Close() }()
	_, _ = io.Copy(conn, there)
}

func (p *path) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
	return !p.cut
}

// setCut cuts the path, or mends it.
func (p *path) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
}
