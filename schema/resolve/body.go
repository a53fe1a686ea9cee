package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
)

// Body is a provider's body together with what it is evaluated in.
type Body struct {
	body hcl.Body
	spec hcldec.Spec
	ctx  *hcl.EvalContext
}
