package plugin

import (
	"encoding/json"
	"fmt"
	"net"

	"github.com/hashicorp/go-plugin"
)

// ReattachVariable is the environment variable that says which providers run already, by name: for debugging.
const ReattachVariable = "GAMEDAY_REATTACH_PROVIDERS"

// Reattach is where a provider listens.
type Reattach struct {
	Version int    `json:"version"` // of the protocol
	PID     int    `json:"pid"`
	Network string `json:"network"` // "unix" or "tcp"
	Address string `json:"address"`
}

// ReattachOf is what go-plugin says of a provider that waits.
func ReattachOf(at *plugin.ReattachConfig) Reattach {
	return Reattach{Version: Version, PID: at.Pid, Network: at.Addr.Network(), Address: at.Addr.String()}
}

// Reattached reads the value of ReattachVariable; nothing is none.
func Reattached(value string) (map[string]*plugin.ReattachConfig, error) {
	if value == "" {
		return nil, nil
	}
	var said map[string]Reattach
	if err := json.Unmarshal([]byte(value), &said); err != nil {
		return nil, fmt.Errorf("%s: expected what a provider prints with -debug: %w", ReattachVariable, err)
	}
	all := map[string]*plugin.ReattachConfig{}
	for name, at := range said {
		addr, err := at.addr()
		if err == nil && at.Version != Version {
			err = fmt.Errorf("it speaks version %d of the protocol, and this gameday %d", at.Version, Version)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", ReattachVariable, name, err)
		}
		all[name] = &plugin.ReattachConfig{Protocol: plugin.ProtocolGRPC, ProtocolVersion: Version, Addr: addr, Pid: at.PID, Test: true}
	}
	return all, nil
}

func (r Reattach) addr() (net.Addr, error) {
	switch r.Network {
	case "unix":
		return net.ResolveUnixAddr("unix", r.Address)
	case "tcp":
		return net.ResolveTCPAddr("tcp", r.Address)
	default:
		return nil, fmt.Errorf("network %q: expected unix or tcp", r.Network)
	}
}
