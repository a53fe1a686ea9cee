// Package host is gameday's end of the plugin protocol. It starts a provider's program and stands
// for it as a providers.Provider whose types are those of the program.
//
// A program that ends while it is needed is started again. What it had injected is reverted from its
// records then, and an observation says why it is gone. A program that does not answer at
// all any more counts as ended. Errors name the program and have the last lines of its log.
package host
