// Package sample takes an experiment's measurements: a Sampler sends each
// probe's samples on an open schedule, a LoadRecorder takes what a generator
// reports, and a Series keeps the outcome and answers for it by phase and by
// sliding window.
//
// Everything is attributed by the moment at which it was due, never by the
// moment at which an answer came, and latency counts from that moment too: a
// target that stalls cannot hide the requests that it held up (coordinated
// omission).
package sample
