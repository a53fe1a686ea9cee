package config

import (
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
)

// TypeConstraint is a variable's type, with the defaults of its optional()
// attributes.
type TypeConstraint struct {
	Type     cty.Type
	Defaults *typeexpr.Defaults
}
