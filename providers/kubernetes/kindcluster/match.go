package kindcluster

import (
	"errors"
	"fmt"
	"strings"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// ErrMismatch says that a cluster of the name exists, and is not the one that was
// asked for.
var ErrMismatch = errors.New("a kind cluster of that name exists and is not as asked for")

// Matches says whether a cluster can be used for what a spec asks: the numbers of
// nodes, their images where the spec names any, and that every node runs. The
// error names every difference, and what to do.
func (f *Found) Matches(s Spec) error {
	want, err := s.Resolve()
	if err != nil {
		return err
	}
	problems := f.differences(want, s.namesImages())
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("%w: cluster %q: %s. Delete it with: kind delete cluster --name %s; or take another name",
		ErrMismatch, f.Name, strings.Join(problems, "; "), f.Name)
}

// namesImages reports whether the user chose node images: kind's default moves
// with its version, and a cluster that runs is not wrong for being older.
func (s Spec) namesImages() bool {
	c, err := parse(s.Config)
	if err != nil {
		return false
	}
	for _, n := range c.Nodes {
		if n.Image != "" {
			return true
		}
	}
	return s.Image != ""
}

func (f *Found) differences(want *v1alpha4.Cluster, images bool) []string {
	var problems []string
	for _, role := range []v1alpha4.NodeRole{v1alpha4.ControlPlaneRole, v1alpha4.WorkerRole} {
		wanted, has := 0, 0
		for _, n := range want.Nodes {
			if n.Role == role {
				wanted++
			}
		}
		for _, n := range f.Nodes {
			if n.Role == string(role) {
				has++
			}
		}
		if wanted != has {
			problems = append(problems, fmt.Sprintf("it has %d %s nodes instead of %d", has, role, wanted))
		}
	}
	if images && len(problems) == 0 {
		problems = f.otherImages(want)
	}
	for _, n := range f.Nodes {
		if n.State != "running" {
			problems = append(problems, fmt.Sprintf("its node %s is %s", n.Name, n.State))
		}
	}
	return problems
}

// otherImages compares the images of the nodes without regard to their order.
func (f *Found) otherImages(want *v1alpha4.Cluster) []string {
	wanted := map[string]int{}
	for _, n := range want.Nodes {
		wanted[string(n.Role)+" "+n.Image]++
	}
	var problems []string
	for _, n := range f.Nodes {
		if !n.isOfKubernetes() {
			continue // a load balancer, which is of kind itself
		}
		if wanted[n.Role+" "+n.Image] == 0 {
			problems = append(problems, fmt.Sprintf("its node %s is of image %s", n.Name, n.Image))
			continue
		}
		wanted[n.Role+" "+n.Image]--
	}
	return problems
}
