package world

import (
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
)

// World is a cluster, or the namespaces of it inside the fence, at one moment.
// It is not changed after it was read. Objects hold what a plan needs and nothing
// more (see lean.go): what a fault changes is read by the fault itself.
type World struct {
	Read       time.Time // when the reading began
	Namespaces []string  // that were read, sorted
	Denied     []string  // what this user may not list and is therefore missing: "pods in shop", sorted

	Pods         []corev1.Pod // those that have ended or are being deleted left out
	Nodes        []corev1.Node
	Deployments  []appsv1.Deployment
	ReplicaSets  []appsv1.ReplicaSet
	StatefulSets []appsv1.StatefulSet
	DaemonSets   []appsv1.DaemonSet
	Budgets      []policyv1.PodDisruptionBudget
	Services     []corev1.Service
	Slices       []discoveryv1.EndpointSlice

	Objects []Object // of other kinds, looked up by name: see LookUp

	once   sync.Once
	tables *tables
}

// Owner is what would replace a pod, or would be scaled: the outermost controller.
type Owner struct {
	Kind      string // "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"
	Namespace string
	Name      string
	UID       string
	Replicas  int // wanted
}

// String is "deployment/payments".
func (o Owner) String() string { return lower(o.Kind) + "/" + o.Name }
