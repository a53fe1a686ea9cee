// Package undo makes changes to objects of a Kubernetes cluster so that each
// carries its own undo.
//
// A change to an existing object and the values that it replaces are one write:
// the prior values stand in an annotation of the object, put there by the same
// JSON Patch (RFC 6902) that makes the change. So an object has the annotation
// whenever it is changed, whoever died when. An object that was added carries the
// fault's id as a label.
//
// The API server gives a field to whoever changes it (metadata.managedFields), also to
// who undoes a change, and who had applied it before could not apply another value. So
// the annotation keeps who had set which fields, too, and an undo is two writes: the
// values first, then those owners, with which the annotation goes (that of a Deployment
// with the values: its controller makes copies). A write that changes no value leaves
// owners as it sets them.
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
