// Package schema is the neutral description of a configuration body. From one
// description come the decoder (hcldec), the documentation, the JSON Schema
// and, later, the wire format of plugins.
package schema
