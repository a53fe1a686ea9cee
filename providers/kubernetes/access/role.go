package access

import (
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
)

// Subject is who a role is bound to.
type Subject struct {
	Kind      string // "ServiceAccount", "User" or "Group"
	Namespace string // of a ServiceAccount
	Name      string
}

// Roles are the least rights for rules: a Role and a binding in each namespace,
// and a ClusterRole and a binding for what the cluster as a whole is needed for.
// Without namespaces everything is in the ClusterRole.
type Roles struct {
	ClusterRole        *rbacv1.ClusterRole // nil when nothing is needed
	ClusterRoleBinding *rbacv1.ClusterRoleBinding
	Roles              []rbacv1.Role
	RoleBindings       []rbacv1.RoleBinding
}

// RolesFor generates roles of a name. Rules of one resource are one, sorted. Who
// they are bound to may be nobody, the zero value: then there are no bindings.
func RolesFor(name string, rules []providers.AccessRule, namespaces []string, to Subject) Roles {
	places := map[string][]providers.AccessRule{} // the empty one is the cluster as a whole
	for _, r := range rules {
		for _, place := range placesOf(r, namespaces) {
			here := r
			here.Cluster, here.Namespace = place == "", place
			places[place] = append(places[place], here)
		}
	}
	var out Roles
	for _, place := range slices.Sorted(maps.Keys(places)) {
		if place == "" {
			out.wide(name, places[place], to)
		} else {
			out.in(place, name, places[place], to)
		}
	}
	return out
}

func (r *Roles) wide(name string, rules []providers.AccessRule, to Subject) {
	r.ClusterRole = &rbacv1.ClusterRole{
		TypeMeta: typeOf("ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: policyRules(rules),
	}
	if to.Name != "" {
		r.ClusterRoleBinding = &rbacv1.ClusterRoleBinding{
			TypeMeta: typeOf("ClusterRoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: name},
			Subjects: []rbacv1.Subject{to.rbac()}, RoleRef: refTo("ClusterRole", name),
		}
	}
}

func (r *Roles) in(ns, name string, rules []providers.AccessRule, to Subject) {
	r.Roles = append(r.Roles, rbacv1.Role{
		TypeMeta: typeOf("Role"), ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Rules: policyRules(rules),
	})
	if to.Name != "" {
		r.RoleBindings = append(r.RoleBindings, rbacv1.RoleBinding{
			TypeMeta: typeOf("RoleBinding"), ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
			Subjects: []rbacv1.Subject{to.rbac()}, RoleRef: refTo("Role", name),
		})
	}
}

func typeOf(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
}

func refTo(kind, name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: name}
}

func (s Subject) rbac() rbacv1.Subject {
	if s.Kind == rbacv1.ServiceAccountKind {
		return rbacv1.Subject{Kind: s.Kind, Namespace: s.Namespace, Name: s.Name}
	}
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: s.Kind, Name: s.Name}
}
