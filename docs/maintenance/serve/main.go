// Command serve is the provider of docs/maintenance as a program of its own.
package main

import (
	"github.com/gameday-dev/gameday/docs/maintenance"
	"github.com/gameday-dev/gameday/providers/sdk"
)

func main() { sdk.Serve(maintenance.Provider{}) }
