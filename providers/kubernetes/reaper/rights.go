package reaper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
)

const rbacGroup = "rbac.authorization.k8s.io"

// undoRights are what undoing needs of what a fault's rules do: who changes an
// object changes it back, who adds one removes it. Subresources, such as evictions,
// are not undone.
func undoRights(rules []providers.AccessRule, ofCluster bool) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for _, r := range rules {
		verbs := undoVerbs(r)
		if r.Trial || r.Cluster != ofCluster || strings.Contains(r.Resource, "/") || len(verbs) == 0 {
			continue
		}
		out = append(out, rbacv1.PolicyRule{APIGroups: []string{r.Group}, Resources: []string{r.Resource}, Verbs: verbs})
	}
	return out
}

func undoVerbs(r providers.AccessRule) []string {
	var verbs []string
	if slices.Contains(r.Verbs, "patch") {
		verbs = append(verbs, "get", "patch")
	}
	if slices.Contains(r.Verbs, "create") {
		verbs = append(verbs, "get", "delete")
	}
	// Copies of annotations are on ReplicaSets that no step names.
	if len(verbs) > 0 && r.Group == "apps" && r.Resource == "replicasets" {
		verbs = append(verbs, "list")
	}
	slices.Sort(verbs)
	return slices.Compact(verbs)
}

// Rules are the rights that a run needs to put reapers beside faults with these
// rules. There are none where nothing of a fault is for a reaper to undo.
func Rules(rules []providers.AccessRule) []providers.AccessRule {
	inNamespace, ofCluster := len(undoRights(rules, false)) > 0, len(undoRights(rules, true)) > 0
	if !inNamespace && !ofCluster {
		return nil
	}
	const why = "put the reaper beside the fault, and remove it"
	out := []providers.AccessRule{
		{Resource: "serviceaccounts", Verbs: []string{"get", "list", "create", "patch", "delete"}, Why: why},
		{Resource: "pods", Verbs: []string{"get", "list", "create", "delete"}, Why: why},
		{Group: rbacGroup, Resource: "roles", Verbs: []string{"list", "create", "delete"}, Why: why},
		{Group: rbacGroup, Resource: "rolebindings", Verbs: []string{"list", "create", "delete"}, Why: why},
	}
	if ofCluster {
		out = append(out,
			providers.AccessRule{Group: rbacGroup, Resource: "clusterroles", Verbs: []string{"get", "list", "create", "delete"}, Cluster: true, Why: why},
			providers.AccessRule{Group: rbacGroup, Resource: "clusterrolebindings", Verbs: []string{"list", "create", "delete"}, Cluster: true, Why: why})
	}
	return out
}

// allow gives the reaper what it needs for a fault. Each set of rights is a role of
// its own, named after what it holds, so that the next fault adds one and changes none.
func (p *post) allow(ctx context.Context, req Request) error {
	base := []rbacv1.PolicyRule{
		{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Verbs: []string{"get", "list", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"serviceaccounts"}, ResourceNames: []string{p.account.Name}, Verbs: []string{"get", "patch", "delete"}},
	}
	if err := p.allowInNamespace(ctx, append(base, confined(undoRights(req.Rules, false), req.Steps, p.namespace)...)); err != nil {
		return err
	}
	if rights := confined(undoRights(req.Rules, true), req.Steps, ""); len(rights) > 0 {
		return p.allowInCluster(ctx, rights)
	}
	return nil
}

func (p *post) allowInNamespace(ctx context.Context, rights []rbacv1.PolicyRule) error {
	meta := p.owned(p.account.Name + "-" + digest(rights))
	_, err := p.Typed.RbacV1().Roles(p.namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rights}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create its role: %w", err)
	}
	_, err = p.Typed.RbacV1().RoleBindings(p.namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: meta, Subjects: p.subject(), RoleRef: rbacv1.RoleRef{APIGroup: rbacGroup, Kind: "Role", Name: meta.Name},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("bind its role: %w", err)
	}
	return nil
}

// allowInCluster makes the role the owner of its binding: nothing in a namespace may
// own what is in none. The reaper deletes the role, by a right that it holds until
// that is done, and with it the binding.
func (p *post) allowInCluster(ctx context.Context, rights []rbacv1.PolicyRule) error {
	name := p.account.Name + "-" + digest(rights)
	rights = append(slices.Clone(rights), rbacv1.PolicyRule{
		APIGroups: []string{rbacGroup}, Resources: []string{"clusterroles"}, ResourceNames: []string{name}, Verbs: []string{"delete"},
	})
	roles := p.Typed.RbacV1().ClusterRoles()
	role, err := roles.Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: p.unowned()}, Rules: rights,
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		role, err = roles.Get(ctx, name, metav1.GetOptions{})
	}
	if err != nil {
		return fmt.Errorf("create its cluster role: %w", err)
	}
	_, err = p.Typed.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: p.unowned(), OwnerReferences: []metav1.OwnerReference{
			{APIVersion: rbacGroup + "/v1", Kind: "ClusterRole", Name: name, UID: role.UID},
		}},
		Subjects: p.subject(), RoleRef: rbacv1.RoleRef{APIGroup: rbacGroup, Kind: "ClusterRole", Name: name},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("bind its cluster role: %w", err)
	}
	_, err = p.annotate(ctx, p.account.Name, mark.ClusterRolePrefix+digest(rights), name)
	return err
}

// digest names a set of rights.
func digest(rights []rbacv1.PolicyRule) string {
	text, _ := json.Marshal(rights) // plain strings always encode
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}
