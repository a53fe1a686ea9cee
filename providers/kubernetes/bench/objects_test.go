//go:build e2e

package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// size is how large the cluster is. Every application has a Deployment with its
// pods, two old revisions, a Service with its endpoints, and a budget.
type size struct{ nodes, namespaces, apps, replicas int }

func (s size) pods() int { return s.apps * s.replicas }

// writers is how many requests are under way while the objects are made.
const writers = 64

func (s *server) fill(t *testing.T, of size) {
	t.Helper()
	s.all(t, of.namespaces, func(ctx context.Context, i int) error {
		_, err := s.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace(i)}}, metav1.CreateOptions{})
		return err
	})
	s.all(t, of.nodes, s.node)
	s.all(t, of.apps, func(ctx context.Context, i int) error { return s.app(ctx, of, i) })
}

func (s *server) all(t *testing.T, n int, create func(ctx context.Context, i int) error) {
	t.Helper()
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(writers)
	for i := range n {
		group.Go(func() error { return create(ctx, i) })
	}
	require.NoError(t, group.Wait())
}

func namespace(i int) string { return fmt.Sprintf("team-%02d", i) }
func nodeName(i int) string  { return fmt.Sprintf("node-%04d", i) }

func (s *server) node(ctx context.Context, i int) error {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: map[string]string{
		"topology.kubernetes.io/zone": string(rune('a' + i%3)), "node.kubernetes.io/instance-type": "m5.large", "kubernetes.io/os": "linux",
	}}}
	made, err := s.client.CoreV1().Nodes().Create(ctx, n, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", Message: "kubelet is posting ready status"}}
	for image := range 30 { // as many as a node that has run for a while
		made.Status.Images = append(made.Status.Images, corev1.ContainerImage{SizeBytes: 1 << 26, Names: []string{
			fmt.Sprintf("registry.example.com/team/app-%02d@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", image),
			fmt.Sprintf("registry.example.com/team/app-%02d:1.%d.0", image, i),
		}})
	}
	_, err = s.client.CoreV1().Nodes().UpdateStatus(ctx, made, metav1.UpdateOptions{})
	return err
}

// app makes everything of one application.
func (s *server) app(ctx context.Context, of size, i int) error {
	a := app{server: s, ns: namespace(i % of.namespaces), name: fmt.Sprintf("app-%04d", i), of: of, index: i}
	for _, step := range []func(context.Context) error{a.deployment, a.replicaSets, a.pods, a.service, a.budget} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type app struct {
	*server
	ns, name  string
	of        size
	index     int
	uid       types.UID // of the Deployment
	set       types.UID // of the newest ReplicaSet
	endpoints []discoveryv1.Endpoint
}

func (a *app) labels() map[string]string {
	return map[string]string{"app": a.name, "tier": []string{"front", "back", "data"}[a.index%3]}
}

func (a *app) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: a.ns, Name: name, Labels: a.labels()}
}

func (a *app) controlled(name, kind, owner string, uid types.UID) metav1.ObjectMeta {
	m, yes := a.meta(name), true
	m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: owner, UID: uid, Controller: &yes}}
	return m
}

func (a *app) selector() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": a.name}}
}

func (a *app) template() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: a.labels()}, Spec: a.spec("")}
}

// spec is of the size that the pods of real applications have.
func (a *app) spec(node string) corev1.PodSpec {
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt(8080)}}, PeriodSeconds: 10}
	c := corev1.Container{
		Name: "app", Image: "registry.example.com/team/" + a.name + ":1.0.0", ReadinessProbe: probe, LivenessProbe: probe,
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
		}},
	}
	for i := range 10 {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", i), Value: "a value of some length that an application has"})
	}
	return corev1.PodSpec{
		NodeName: node, Containers: []corev1.Container{c},
		Tolerations: []corev1.Toleration{{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}},
	}
}

func (a *app) deployment(ctx context.Context) error {
	replicas := int32(a.of.replicas)
	made, err := a.client.AppsV1().Deployments(a.ns).Create(ctx, &appsv1.Deployment{
		ObjectMeta: a.meta(a.name), Spec: appsv1.DeploymentSpec{Replicas: &replicas, Selector: a.selector(), Template: a.template()},
	}, metav1.CreateOptions{})
	if err == nil {
		a.uid = made.UID
	}
	return err
}

func (a *app) replicaSets(ctx context.Context) error {
	for revision := range 3 {
		replicas := int32(0)
		if revision == 2 {
			replicas = int32(a.of.replicas)
		}
		made, err := a.client.AppsV1().ReplicaSets(a.ns).Create(ctx, &appsv1.ReplicaSet{
			ObjectMeta: a.controlled(fmt.Sprintf("%s-%d", a.name, revision), "Deployment", a.name, a.uid),
			Spec:       appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: a.selector(), Template: a.template()},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		a.set = made.UID
	}
	return nil
}

func (a *app) pods(ctx context.Context) error {
	for i := range a.of.replicas {
		node := nodeName((a.index*a.of.replicas + i) % a.of.nodes)
		made, err := a.client.CoreV1().Pods(a.ns).Create(ctx, &corev1.Pod{
			ObjectMeta: a.controlled(fmt.Sprintf("%s-2-%02d", a.name, i), "ReplicaSet", a.name+"-2", a.set), Spec: a.spec(node),
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		made.Status = running(made)
		if _, err := a.client.CoreV1().Pods(a.ns).UpdateStatus(ctx, made, metav1.UpdateOptions{}); err != nil {
			return err
		}
		yes := true
		a.endpoints = append(a.endpoints, discoveryv1.Endpoint{
			Addresses: []string{made.Status.PodIP}, NodeName: &node, Conditions: discoveryv1.EndpointConditions{Ready: &yes, Serving: &yes},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: a.ns, Name: made.Name, UID: made.UID},
		})
	}
	return nil
}

func running(pod *corev1.Pod) corev1.PodStatus {
	now := metav1.Now()
	st := corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.%d.%d.%d", 1+len(pod.UID)%8, pod.UID[0]%250, pod.UID[1]%250), HostIP: "10.9.8.7", StartTime: &now,
		ContainerStatuses: []corev1.ContainerStatus{{
			Name: "app", Ready: true, Image: pod.Spec.Containers[0].Image, ImageID: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			ContainerID: "containerd://9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			State:       corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		}},
	}
	for _, condition := range []corev1.PodConditionType{corev1.PodReady, corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady} {
		st.Conditions = append(st.Conditions, corev1.PodCondition{Type: condition, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	return st
}

func (a *app) service(ctx context.Context) error {
	ports := []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt(8080)}}
	if _, err := a.client.CoreV1().Services(a.ns).Create(ctx, &corev1.Service{
		ObjectMeta: a.meta(a.name), Spec: corev1.ServiceSpec{Selector: map[string]string{"app": a.name}, Ports: ports},
	}, metav1.CreateOptions{}); err != nil {
		return err
	}
	m, port := a.meta(a.name+"-x"), int32(8080)
	m.Labels[discoveryv1.LabelServiceName] = a.name
	_, err := a.client.DiscoveryV1().EndpointSlices(a.ns).Create(ctx, &discoveryv1.EndpointSlice{
		ObjectMeta: m, AddressType: discoveryv1.AddressTypeIPv4, Endpoints: a.endpoints, Ports: []discoveryv1.EndpointPort{{Port: &port}},
	}, metav1.CreateOptions{})
	return err
}

func (a *app) budget(ctx context.Context) error {
	one, n := intstr.FromInt(1), int32(a.of.replicas)
	made, err := a.client.PolicyV1().PodDisruptionBudgets(a.ns).Create(ctx, &policyv1.PodDisruptionBudget{
		ObjectMeta: a.meta(a.name), Spec: policyv1.PodDisruptionBudgetSpec{MaxUnavailable: &one, Selector: a.selector()},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Status = policyv1.PodDisruptionBudgetStatus{ObservedGeneration: made.Generation, DisruptionsAllowed: 1, CurrentHealthy: n, DesiredHealthy: n - 1, ExpectedPods: n}
	_, err = a.client.PolicyV1().PodDisruptionBudgets(a.ns).UpdateStatus(ctx, made, metav1.UpdateOptions{})
	return err
}
