// Package world is what a plan reads of a cluster: pods, nodes, the workloads that
// own pods, disruption budgets, services and their endpoints. It is read once for
// a plan, in pages, and never per fault; what is derived from it is pure.
package world
