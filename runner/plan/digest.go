package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Digest is the identity of what a plan would do: the sha256, in hex, of its
// canonical JSON. The salted digests of sensitive values are left out, so that
// a plan and its saved copy have the same one. It is empty for a plan that
// cannot be encoded, which Build never makes.
func Digest(p *Plan) string {
	unsealed := *p
	unsealed.Variables = slices.Clone(p.Variables)
	for i := range unsealed.Variables {
		unsealed.Variables[i].Digest = ""
	}
	data, err := canonical(&unsealed)
	if err != nil {
		return ""
	}
	return checksum(data)
}

// canonical is the one way to write a value down: no white space, keys of maps
// sorted, nothing escaped that JSON does not need escaped.
func canonical(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
