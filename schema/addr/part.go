package addr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// CutPart takes the address of a part of an experiment apart, as it is written:
// `module.a.experiment.x` and `fault.y["k"]`. It goes by steps, as names and keys
// may look like a part themselves.
func CutPart(text string) (experiment, local string, found bool) {
	traversal, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return "", "", false
	}
	s := steps{traversal}
	if !s.experiment() || len(s.left) == 0 {
		return "", "", false
	}
	at := s.left[0].SourceRange().Start.Byte
	if _, ok := s.name(); !ok {
		return "", "", false
	}
	return text[:at], strings.TrimPrefix(text[at:], "."), true
}

// experiment goes over an experiment and the modules that it is in.
func (s *steps) experiment() bool {
	for {
		kind, _ := s.name()
		if _, ok := s.name(); !ok || kind != "module" {
			return ok && kind == "experiment"
		}
		if _, err := s.key(); err != nil {
			return false
		}
	}
}
