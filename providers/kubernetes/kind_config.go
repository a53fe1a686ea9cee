package kubernetes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

// kindConfig is the body of environment "kind".
type kindConfig struct {
	spec      kindcluster.Spec
	access    cluster.Access // what is known before the cluster is
	ownAgent  bool           // the agent beside gameday is to be loaded
	noReaper  bool           // the user wants none
	images    []string
	archives  []string // paths
	manifests []string // paths
	ready     time.Duration
	keep      bool
}

// kindConfigFrom reads a body. What is unknown is empty.
func kindConfigFrom(values schema.Values, address, dir string) kindConfig {
	c := kindConfig{
		access: fenceFrom(values), ownAgent: values.Attr("agent_image").IsNull(),
		noReaper: values.Known("reaper") && !values.Bool("reaper"),
		ready:    values.Duration("ready"), keep: values.Bool("keep"),
	}
	c.spec = kindcluster.Spec{Name: values.String("name"), Image: values.String("image"), Config: values.String("config")}
	if c.spec.Name == "" {
		c.spec.Name = clusterName(address)
	}
	c.spec.ControlPlanes, c.spec.Workers = nodeCounts(values.Attr("nodes"))
	c.access.Kind, c.access.Context = c.spec.Name, kindcluster.Context(c.spec.Name)
	for _, image := range values.Strings("images") {
		if strings.HasSuffix(image, ".tar") {
			c.archives = append(c.archives, located(image, dir))
		} else {
			c.images = append(c.images, image)
		}
	}
	for _, path := range values.Strings("manifests") {
		c.manifests = append(c.manifests, located(path, dir))
	}
	return c
}

// nodeCounts reads { control_plane = 1, worker = 2 }; both 0 when it is not set.
func nodeCounts(nodes cty.Value) (controlPlanes, workers int) {
	if !nodes.IsWhollyKnown() || nodes.IsNull() {
		return 0, 0
	}
	controlPlanes = 1
	for role, n := range nodes.AsValueMap() {
		if n.IsNull() {
			continue
		}
		count, _ := n.AsBigFloat().Float64()
		switch role {
		case "control_plane":
			controlPlanes = int(count)
		case "worker":
			workers = int(count)
		}
	}
	return controlPlanes, workers
}

// Validate checks what the schema does not say.
func (k *kind) Validate(_ context.Context, values schema.Values) providers.Diagnostics {
	diags := append(validateNamespaces(values), validateNodes(values.Attr("nodes"))...)
	if name := values.String("name"); name != "" {
		if err := kindcluster.CheckName(name); err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("name"), "Invalid name", "%s.", capital(err))...)
		}
	}
	if diags.HasErrors() || !values.Attr("nodes").IsWhollyKnown() || !values.Known("config") {
		return diags
	}
	c := kindConfigFrom(values, "environment.kind", "")
	if _, err := c.spec.Resolve(); err != nil {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("config"), "Invalid configuration of kind", "%s.", capital(err))...)
	}
	return diags
}

func validateNodes(nodes cty.Value) providers.Diagnostics {
	if !nodes.IsWhollyKnown() || nodes.IsNull() {
		return nil
	}
	var diags providers.Diagnostics
	for role, n := range nodes.AsValueMap() {
		path := cty.GetAttrPath("nodes").IndexString(role)
		if role != "control_plane" && role != "worker" {
			diags = append(diags, providers.Errorf(path, "Unknown role of nodes", "Nodes are control_plane or worker, not %q.", role)...)
			continue
		}
		if n.IsNull() {
			continue
		}
		count, _ := n.AsBigFloat().Float64()
		if count != math.Trunc(count) || count < 0 || role == "control_plane" && count < 1 {
			diags = append(diags, providers.Errorf(path, "Invalid number of nodes",
				"A cluster has one control_plane or more, and any number of workers; found %g.", count)...)
		}
	}
	return diags
}

// clusterName is gameday- with the name of the environment. Instances of modules
// have environments of one name, so theirs end in the digest of their address.
func clusterName(address string) string {
	name := address[strings.LastIndex(address, ".")+1:]
	plain := "gameday-" + strings.Trim(unfit.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if address == "environment."+name && len(plain) <= kindcluster.LongestName {
		return plain
	}
	sum := sha256.Sum256([]byte(address))
	digest := hex.EncodeToString(sum[:3])
	return strings.TrimRight(plain[:min(len(plain), kindcluster.LongestName-len(digest)-1)], "-") + "-" + digest
}

// unfit is what does not belong into names of clusters and folders.
var unfit = regexp.MustCompile(`[^A-Za-z0-9]+`)

// folderOf is where a run keeps an environment's kubeconfig and logs.
func folderOf(req providers.EnvironmentPrepareRequest) string {
	folder := req.Name
	if req.Address != "environment."+req.Name {
		sum := sha256.Sum256([]byte(req.Address))
		folder = fmt.Sprintf("%s_%x", strings.Trim(unfit.ReplaceAllString(req.Address, "_"), "_"), sum[:4])
	}
	return filepath.Join(req.RunDir, "environments", folder)
}
