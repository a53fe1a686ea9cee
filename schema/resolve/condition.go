package resolve

import "github.com/hashicorp/hcl/v2"

// Condition is a condition over windows, and the message for when it is broken.
type Condition struct {
	Expr    hcl.Expression
	Message hcl.Expression // nil for a generated one
	ctx     *hcl.EvalContext
}
