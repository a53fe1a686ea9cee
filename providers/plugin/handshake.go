// Package plugin is how gameday speaks to providers that are programs of their own: by gRPC, on
// hashicorp/go-plugin. Package wire is the protocol, serve the provider's end and host
// gameday's; convert translates between the protocol and the interfaces of package providers.
//
// Authors of providers use package sdk.
package plugin

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Version is that of the protocol.
const Version = 1

// LargestMessage is the most that a message may have in bytes: inventories of large clusters are large, and a
// peer that goes mad must not take the other along.
const LargestMessage = 256 << 20

// service is the name under which go-plugin hands the service out; it is never on the wire.
const service = "provider"

// Handshake tells a provider that gameday has started it, and not a user.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{ProtocolVersion: Version, MagicCookieKey: "GAMEDAY_PLUGIN", MagicCookieValue: "c2f6f5a3-experiments-as-code"}
}

// Served is what a provider serves, by version of the protocol.
func Served(server wire.ProviderServer) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{Version: {service: carried{server: server}}}
}

// Wanted is what gameday can speak to, by version of the protocol.
func Wanted() map[int]plugin.PluginSet { return Served(nil) }

// Dispense gives the client of a provider that runs.
func Dispense(protocol plugin.ClientProtocol) (wire.ProviderClient, error) {
	client, err := protocol.Dispense(service)
	if err != nil {
		return nil, err
	}
	return client.(wire.ProviderClient), nil //nolint:forcetypeassert // it is what GRPCClient below makes
}

// carried is the service as go-plugin carries it.
type carried struct {
	plugin.NetRPCUnsupportedPlugin

	server wire.ProviderServer
}

// GRPCServer registers the service.
func (c carried) GRPCServer(_ *plugin.GRPCBroker, on *grpc.Server) error {
	wire.RegisterProviderServer(on, c.server)
	return nil
}

// GRPCClient makes a client.
func (carried) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return wire.NewProviderClient(conn), nil
}
