package inside

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
	"github.com/gameday-dev/gameday/providers/probing"
)

// message is what the prober is told to open. Files that the configuration names
// are here and not there: they go along.
func message(c *cluster.Cluster, req providers.InsideRequest) (wire.Open, providers.Diagnostics) {
	if c.Access.AgentImage == "" {
		return wire.Open{}, providers.Errorf(nil, "No image for the prober",
			"What runs inside the cluster runs in a pod of gameday's agent, and %s names no image for it. Set its agent_image, or leave from out.", req.Environment.Address)
	}
	config, files, diags := carry(req.Config.Cty(), req.Dir)
	if diags.HasErrors() {
		return wire.Open{}, diags
	}
	text, err := ctyjson.Marshal(config, cty.DynamicPseudoType)
	if err != nil {
		return wire.Open{}, providers.Errorf(nil, "Cannot send the configuration", "The configuration cannot be written as JSON: %s.", err)
	}
	return wire.Open{Type: req.Type, Address: req.Address, Config: text, Files: files, Timeout: req.Timeout}, nil
}

// carry replaces the files of a tls block by their names at the other end.
func carry(config cty.Value, dir string) (cty.Value, map[string][]byte, providers.Diagnostics) {
	if !config.Type().IsObjectType() || !config.Type().HasAttribute("tls") || config.GetAttr("tls").IsNull() {
		return config, nil, nil
	}
	tls, files := config.GetAttr("tls").AsValueMap(), map[string][]byte{}
	for i, name := range []string{"ca_file", "cert_file", "key_file"} {
		if tls[name] == cty.NilVal || tls[name].IsNull() {
			continue
		}
		data, err := os.ReadFile(probing.Path(dir, tls[name].AsString()))
		if err != nil {
			return config, nil, providers.Errorf(cty.GetAttrPath("tls").GetAttr(name), "Unreadable file",
				"The prober in the cluster needs it too, and it cannot be sent: %s.", err)
		}
		there := strconv.Itoa(i) + filepath.Ext(tls[name].AsString())
		files[there], tls[name] = data, cty.StringVal(there)
	}
	all := config.AsValueMap()
	all["tls"] = cty.ObjectVal(tls)
	return cty.ObjectVal(all), files, nil
}
