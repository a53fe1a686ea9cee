// Package kubernetes holds the manifests of the shop, fragile and resilient; its
// test reads them as strictly as an API server does.
package kubernetes
