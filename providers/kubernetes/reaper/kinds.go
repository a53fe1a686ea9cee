package reaper

import (
	"context"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
)

// kind is one kind of thing that reapers consist of, in one namespace or in none.
type kind struct {
	kind   string
	list   func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error)
	remove func(ctx context.Context, item metav1.ObjectMeta, o metav1.DeleteOptions) error
}

// kinds are in the order of removal: the pod that acts, then what lets it act.
func kinds(c *cluster.Cluster, namespaces []string) []kind {
	if len(namespaces) == 0 {
		return append(inNamespace(c, metav1.NamespaceAll), ofCluster(c)...)
	}
	var out []kind
	for _, ns := range namespaces {
		out = append(out, inNamespace(c, ns)...)
	}
	for _, k := range ofCluster(c) {
		out = append(out, k.of(namespaces))
	}
	return out
}

// of leaves out what belongs to reapers elsewhere: it is all that lets them undo, and who took it would not know what
// they are there for.
func (k kind) of(namespaces []string) kind {
	all := k.list
	k.list = func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
		o.LabelSelector += fmt.Sprintf(",%s in (%s)", mark.Home, strings.Join(namespaces, ","))
		return all(ctx, o)
	}
	return k
}

func ofCluster(c *cluster.Cluster) []kind {
	roles, bindings := c.Typed.RbacV1().ClusterRoles(), c.Typed.RbacV1().ClusterRoleBindings()
	return []kind{
		{
			"clusterrolebinding", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := bindings.List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return bindings.Delete(ctx, m.Name, o)
			},
		},
		{
			"clusterrole", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := roles.List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return roles.Delete(ctx, m.Name, o)
			},
		},
	}
}

func inNamespace(c *cluster.Cluster, ns string) []kind {
	core, rbac := c.Typed.CoreV1(), c.Typed.RbacV1()
	return []kind{
		{
			"pod", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := core.Pods(ns).List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return core.Pods(m.Namespace).Delete(ctx, m.Name, o)
			},
		},
		{
			"rolebinding", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := rbac.RoleBindings(ns).List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return rbac.RoleBindings(m.Namespace).Delete(ctx, m.Name, o)
			},
		},
		{
			"role", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := rbac.Roles(ns).List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return rbac.Roles(m.Namespace).Delete(ctx, m.Name, o)
			},
		},
		{
			"serviceaccount", func(ctx context.Context, o metav1.ListOptions) ([]metav1.ObjectMeta, error) {
				l, err := core.ServiceAccounts(ns).List(ctx, o)
				return metas(l.Items, func(i int) metav1.ObjectMeta { return l.Items[i].ObjectMeta }), err
			},
			func(ctx context.Context, m metav1.ObjectMeta, o metav1.DeleteOptions) error {
				return core.ServiceAccounts(m.Namespace).Delete(ctx, m.Name, o)
			},
		},
	}
}

func metas[T any](items []T, at func(i int) metav1.ObjectMeta) []metav1.ObjectMeta {
	out := make([]metav1.ObjectMeta, 0, len(items))
	for i := range items {
		out = append(out, at(i))
	}
	return out
}
