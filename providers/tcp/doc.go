// Package tcp offers the probe that speaks TCP, bare or under TLS.
package tcp
