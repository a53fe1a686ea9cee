// Package providers defines the contract between gameday's engine and
// everything that touches the outside world: faults, probes, loads,
// environments and actions.
//
// A provider is a set of types. Each type has a schema (package
// providers/schema) from which decoding, documentation and JSON Schema are
// all generated, and a small set of calls. The required interfaces are the
// smallest that keep gameday's promises; what only some types need is an
// optional interface, found by type assertion and named With….
//
// Every request and response holds plain data: configuration as cty values,
// provider state as JSON. Nothing here depends on the process that made it,
// so that a revert works from a fresh process, and so that an out-of-process
// provider can speak the same interface over a wire.
//
// Import rule: this package and its children know nothing of the language
// (schema/…) and nothing of the engine (runner/…).
package providers
