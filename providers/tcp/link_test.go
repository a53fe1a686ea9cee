package tcp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

// withLinks are the outputs of an environment with a process and two links, of which
// the second is not known yet.
func withLinks() cty.Value {
	end := func(address cty.Value) cty.Value { return cty.ObjectVal(map[string]cty.Value{"address": address}) }
	return cty.ObjectVal(map[string]cty.Value{
		"process": cty.ObjectVal(map[string]cty.Value{"payments": end(cty.StringVal("127.0.0.1:7001"))}),
		"link": cty.ObjectVal(map[string]cty.Value{
			"payments": end(cty.StringVal("127.0.0.1:7002")),
			"ledger":   end(cty.UnknownVal(cty.String)),
		}),
	})
}

func TestAProbeOfALinkThatCannotFailIsRefused(t *testing.T) {
	const onLink = "address = \"127.0.0.1:7002\"\n"
	for name, test := range map[string]struct {
		body    string
		outputs cty.Value
		refused bool
	}{
		"a link":                {onLink, withLinks(), true},
		"by its other name":     {`address = "localhost:7002"`, withLinks(), true},
		"sends only":            {onLink + `send = "PING"`, withLinks(), true},
		"expects":               {onLink + `expect = "."`, withLinks(), false},
		"with TLS":              {onLink + "tls {}", withLinks(), false},
		"the process itself":    {`address = "127.0.0.1:7001"`, withLinks(), false},
		"another port":          {`address = "localhost:7003"`, withLinks(), false},
		"no outputs":            {onLink, cty.NilVal, false},
		"no links":              {onLink, cty.EmptyObjectVal, false},
		"something else called": {onLink, cty.ObjectVal(map[string]cty.Value{"link": cty.StringVal("127.0.0.1:7002")}), false},
		"known only once up":    {onLink, cty.DynamicVal, false},
	} {
		prober, diags := probeType().Open(t.Context(), providers.OpenRequest{
			Config: bodytest.Decode(t, probeType().Schema(), test.body), Timeout: time.Second,
			Environment: providers.EnvironmentState{Outputs: test.outputs},
		})
		if !test.refused {
			assert.Empty(t, diags, name)
			require.NotNil(t, prober, name)
			continue
		}
		require.Len(t, diags, 1, name)
		assert.Equal(t, "A probe that cannot fail", diags[0].Summary)
		assert.Contains(t, fmt.Sprint(diags), `the link "payments"`)
		assert.True(t, cty.GetAttrPath("address").Equals(diags[0].Path))
	}
}
