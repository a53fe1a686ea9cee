// Package style checks rules of this repository that no linter knows. It has
// tests only.
package style
