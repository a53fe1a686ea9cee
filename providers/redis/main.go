// Command gameday-provider-redis gives gameday faults and probes on Redis servers (7.0 and later).
// It needs nothing on the server but a user who may use CLIENT and INFO.
package main

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/sdk"
)

func provider() providers.Provider {
	return sdk.Provider{
		Name: "redis", Version: "0.1.0", Description: "Faults and probes on Redis servers.",
		Types: providers.Types{
			Faults: []providers.Fault{sdk.NewFault(&clientPause{}), sdk.NewFault(&connections{})},
			Probes: []providers.Probe{pingProbe{}, infoProbe{}},
		},
	}.Provider()
}

func main() { sdk.Serve(provider()) }
