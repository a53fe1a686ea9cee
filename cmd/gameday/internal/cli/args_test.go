package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNormalize(t *testing.T) {
	takesValue := map[string]bool{"var": true, "out": true}
	tests := []struct{ given, want []string }{
		{[]string{"plan", "-json"}, []string{"plan", "--json"}},
		{[]string{"plan", "--json", "-h"}, []string{"plan", "--json", "-h"}},
		{[]string{"-var", "x=y", "-var=x=y"}, []string{"--var", "x=y", "--var=x=y"}},
		{[]string{"-var", "-x=y", "-json"}, []string{"--var", "-x=y", "--json"}},
		{[]string{"--out", "--", "-json"}, []string{"--out", "--", "--json"}},
		{[]string{"-parallelism", "-5", "-1"}, []string{"--parallelism", "-5", "-1"}},
		{[]string{"-json", "--", "-json"}, []string{"--json", "--", "-json"}},
		{[]string{"fmt", "-"}, []string{"fmt", "-"}},
		{nil, []string{}},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, normalize(test.given, takesValue), test.given)
	}
}

// Every option that takes a value must be known as such, or a value that looks
// like an option would be changed.
func TestValueFlags(t *testing.T) {
	found := valueFlags(newRoot(&session{}))
	for name, want := range map[string]bool{"var": true, "var-file": true, "chdir": true, "json": false, "check": false, "no-color": false} {
		assert.Equal(t, want, found[name], name)
	}
}
