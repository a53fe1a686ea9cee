// Package providertest is the conformance kit of the fault contract. It drives a
// fault type through everything that can happen to it between plan and revert:
// twice, never, half way, in a fresh process, with contexts that end at any
// point, and in any order. Whatever happens, a revert at the end leaves nothing.
//
// A provider's test describes the fault and what it acts on in a Harness and
// calls Run.
package providertest
