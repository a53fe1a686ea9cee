// Package probing is what the probes by protocol (http, tcp, exec) have in
// common: the tls block, expectations about text and JSON, the reading of a
// number out of an answer, and errors and output put so that people can use
// them.
package probing
