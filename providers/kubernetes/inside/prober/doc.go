// Package prober is the agent's role in a prober pod: it takes samples and offers
// load on its own schedule, keeps what it measured until it has been delivered,
// and goes on while nobody is connected. It knows no cluster: what it can measure
// is the set of types that it is given.
package prober
