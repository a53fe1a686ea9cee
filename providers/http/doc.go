// Package http offers the probe and the load that speak HTTP.
package http
