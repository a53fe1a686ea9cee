package access

import (
	"bytes"
	"fmt"

	"sigs.k8s.io/yaml"
)

// YAML is the roles and their bindings as kubectl apply takes them.
func (r Roles) YAML() ([]byte, error) {
	var out bytes.Buffer
	for _, o := range r.objects() {
		text, err := yaml.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("write a role as YAML: %w", err)
		}
		out.WriteString("---\n")
		out.Write(text)
	}
	return out.Bytes(), nil
}

func (r Roles) objects() []any {
	var all []any
	if r.ClusterRole != nil {
		all = append(all, r.ClusterRole)
	}
	if r.ClusterRoleBinding != nil {
		all = append(all, r.ClusterRoleBinding)
	}
	for i := range r.Roles {
		all = append(all, r.Roles[i])
		if i < len(r.RoleBindings) {
			all = append(all, r.RoleBindings[i])
		}
	}
	return all
}
