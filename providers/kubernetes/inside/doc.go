// Package inside runs probes and loads in a pod of the cluster: the agent's
// binary, reached through the API server. The pod keeps the schedule and what it
// measured, so that neither a cut path nor an API server that is away is part of a
// measurement (packages prober and link).
package inside
