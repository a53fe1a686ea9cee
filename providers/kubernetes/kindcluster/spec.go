package kindcluster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// Spec says what a cluster is to be.
type Spec struct {
	Name          string // of the cluster; its nodes are named after it
	Image         string // of the nodes; empty for what Config names, or kind's default
	ControlPlanes int    // 0 for what Config says
	Workers       int    // counts only when ControlPlanes is not 0
	Config        string // kind's own configuration (YAML, v1alpha4); may be empty

	Labels map[string]string // for every node of the cluster
	Mark   string            // by which its nodes are known again (Node.Mark), in letters and digits; may be empty
}

// LongestName is how long the name of a cluster may be: kind makes host names of
// it, which hold at most 64 characters.
const LongestName = 50

// fitName is what kind takes for a cluster's name.
var fitName = regexp.MustCompile(`^[a-z0-9.-]+$`)

// CheckName says what is wrong with a cluster's name; nil when nothing is.
func CheckName(name string) error {
	switch {
	case !fitName.MatchString(name):
		return fmt.Errorf("%q is not a name for a kind cluster: it consists of lower case letters, digits, dots and hyphens", name)
	case len(name) > LongestName:
		return fmt.Errorf("%q is too long for a kind cluster: %d characters, and at most %d leave room for the names of nodes", name, len(name), LongestName)
	}
	return nil
}

// Resolve is kind's configuration of the cluster, with every default filled in.
func (s Spec) Resolve() (*v1alpha4.Cluster, error) {
	if err := CheckName(s.Name); err != nil {
		return nil, err
	}
	c, err := parse(s.Config)
	if err != nil {
		return nil, err
	}
	if c.Name != "" && c.Name != s.Name {
		return nil, fmt.Errorf("the configuration of kind names the cluster %q, and it is to be %q: say the name in one place", c.Name, s.Name)
	}
	c.Name = s.Name
	if s.ControlPlanes > 0 {
		if len(c.Nodes) > 0 {
			return nil, errors.New("nodes are given twice: as numbers, and as a list in the configuration of kind. Leave one of them out")
		}
		c.Nodes = roles(s.ControlPlanes, s.Workers)
	}
	if len(c.Nodes) == 0 {
		c.Nodes = roles(1, 0)
	}
	for i := range c.Nodes {
		s.complete(&c.Nodes[i])
	}
	v1alpha4.SetDefaultsCluster(c)
	return c, nil
}

// complete adds to a node what holds for all of them. What the node says itself
// counts more.
func (s Spec) complete(n *v1alpha4.Node) {
	if n.Image == "" {
		n.Image = s.Image
	}
	labels := map[string]string{}
	maps.Copy(labels, s.Labels)
	maps.Copy(labels, n.Labels)
	n.Labels = labels
	if s.Mark != "" {
		n.ExtraMounts = append(slices.Clone(n.ExtraMounts), markMount(s.Mark))
	}
}

func roles(controlPlanes, workers int) []v1alpha4.Node {
	var all []v1alpha4.Node
	for range controlPlanes {
		all = append(all, v1alpha4.Node{Role: v1alpha4.ControlPlaneRole})
	}
	for range workers {
		all = append(all, v1alpha4.Node{Role: v1alpha4.WorkerRole})
	}
	return all
}

// parse reads kind's configuration, in which nothing may be misspelt.
func parse(text string) (*v1alpha4.Cluster, error) {
	c := &v1alpha4.Cluster{}
	if strings.TrimSpace(text) == "" {
		return c, nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil {
		return nil, fmt.Errorf("read the configuration of kind: %w", err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the configuration of kind: expected one YAML document, found several")
	}
	if c.Kind != "" && c.Kind != "Cluster" || c.APIVersion != "" && c.APIVersion != "kind.x-k8s.io/v1alpha4" {
		return nil, fmt.Errorf("read the configuration of kind: expected kind Cluster of kind.x-k8s.io/v1alpha4, found %s of %s", c.Kind, c.APIVersion)
	}
	return c, nil
}
