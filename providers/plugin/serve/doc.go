// Package serve is the provider's end of the plugin protocol: a server that any providers.Provider
// stands behind. It keeps account of what it has injected, so that nothing stays when gameday
// is gone, and it never lets a panic of one call end the process that guards the others.
package serve
