package kubernetes

import (
	"encoding/json"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// handle is what Down works from.
type handle struct {
	Run    string         `json:"run"`
	Access cluster.Access `json:"access"` // of kind: what is known of it before it is up
	Kind   *kindHandle    `json:"kind,omitempty"`
}

// kindHandle is what a kind cluster adds to it.
type kindHandle struct {
	Name    string `json:"name"`
	Dir     string `json:"dir"`               // absolute; for the kubeconfig and logs
	Existed bool   `json:"existed,omitempty"` // before the run, which then does not delete it
	Keep    bool   `json:"keep,omitempty"`
	Marked  bool   `json:"marked,omitempty"` // what the run makes bears its mark; older gamedays made none

	// Engine is the one that was asked for the cluster, and makes it. The next shell may choose another one.
	Engine kindcluster.Engine `json:"engine,omitempty"`
}

func (h handle) encode(address, typeName string) (providers.EnvironmentHandle, providers.Diagnostics) {
	data, err := json.Marshal(h)
	if err != nil {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Cannot make the handle", "%s.", err)
	}
	return providers.EnvironmentHandle{Run: h.Run, Address: address, Type: typeName, Data: data}, nil
}

// readHandle refuses what another type, or another version, wrote.
func readHandle(from providers.EnvironmentHandle, typeName string) (handle, error) {
	var h handle
	if from.Type != typeName {
		return h, fmt.Errorf("%s is a handle of type %q, expected %q", from.Address, from.Type, typeName)
	}
	if err := json.Unmarshal(from.Data, &h); err != nil {
		return h, fmt.Errorf("read the handle of %s: %w", from.Address, err)
	}
	if h.Run == "" || (typeName == typeKind) != (h.Kind != nil) || h.Kind != nil && (h.Kind.Name == "" || h.Kind.Dir == "") {
		return h, fmt.Errorf("the handle of %s lacks its run, or the name or folder of its kind cluster: %s", from.Address, from.Data)
	}
	if h.Kind != nil {
		h.Access.Engine = h.Kind.Engine
	}
	return h, nil
}

func (h handle) engine() (kindcluster.Engine, error) { return kindcluster.StoredEngine(h.Kind.Engine) }
