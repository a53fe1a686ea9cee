// Package undo makes changes to objects of a Kubernetes cluster so that each
// carries its own undo.
//
// A change to an existing object and the values that it replaces are one write:
// the prior values stand in an annotation of the object, put there by the same
// JSON Patch (RFC 6902) that makes the change. So an object has the annotation
// exactly when it is changed, whoever died when; undoing is the same the other
// way round. An object that was added carries the fault's id as a label.
//
// Several faults may change one object, also one field of it. Their changes lie
// on each other as layers, in the order in which they were made, and may be
// undone in any order: what lies above the undone one is taken off, the undone
// one is taken off for good, and what lay above is put back, remembering the
// values that it then finds. So the object is at any moment what the remaining
// changes alone would have made of it, and as it was when none remains.
//
// What somebody else wrote to a changed field meanwhile is theirs: the undo
// leaves it, and everything else is restored.
//
// It speaks to the API server over plain HTTP, without client-go: the agent that
// undoes faults from inside the cluster is the same code in a small binary.
package undo
