package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheAddressOfAFaultIsTakenApart(t *testing.T) {
	for address, want := range map[string][2]string{
		`experiment.x.fault.y["k"]`:                  {`experiment.x`, `fault.y["k"]`},
		`experiment.fault.fault.y`:                   {`experiment.fault`, `fault.y`},
		`module.fault.experiment.x.fault.y`:          {`module.fault.experiment.x`, `fault.y`},
		`module.a["x.fault.y"].experiment.e.fault.f`: {`module.a["x.fault.y"].experiment.e`, `fault.f`},
		`experiment.x.fault.y["a.fault.b"]`:          {`experiment.x`, `fault.y["a.fault.b"]`},
		`experiment.x y.fault.z`:                     {`experiment.x y`, `fault.z`}, // no address
		`lab`:                                        {`lab`, `lab`},
	} {
		experiment, local := splitFault(address)
		assert.Equal(t, want, [2]string{experiment, local}, address)
	}
}
