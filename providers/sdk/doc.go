// Package sdk is for authors of providers: programs that give gameday faults, probes, loads, actions and
// environments of their own.
//
//	func main() {
//		sdk.Serve(sdk.Provider{
//			Name: "maintenance", Version: "0.1.0", Description: "Puts services into maintenance mode.",
//			Types: providers.Types{Faults: []providers.Fault{sdk.NewFault(mode{})}},
//		}.Provider())
//	}
//
// A type implements the interface of its kind in package providers, and those of its optional interfaces that
// make sense for it: providers.WithValidate, providers.WithSummary and so on. A fault is easier to
// write as a Fault of this package, which keeps the promises of the contract that are the same for
// every fault.
//
// Package providertest has the conformance kit that tells whether a fault can be trusted.
package sdk
