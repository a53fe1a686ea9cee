package secret_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/secret"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		secrets []string
		given   string
		want    string
	}{
		"as it is":                    {[]string{"hunter22"}, "password=hunter22; hunter22", "password=(sensitive); (sensitive)"},
		"the longer one first":        {[]string{"hunter", "hunter22"}, "hunter22 hunter", "(sensitive) (sensitive)"},
		"quoted":                      {[]string{`hun"ter2`}, fmt.Sprintf("matches %q", `token hun"ter2`), `matches "token (sensitive)"`},
		"quoted in ASCII":             {[]string{"hünter2"}, fmt.Sprintf("matches %+q", "hünter2"), `matches "(sensitive)"`},
		"in JSON":                     {[]string{`a"b\c<d`}, `{"p":"a\"b\\c<d","q":"a\"b\\c\u003cd"}`, `{"p":"(sensitive)","q":"(sensitive)"}`},
		"in HCL":                      {[]string{`x${y}`}, `"x$${y}"`, `"(sensitive)"`},
		"in YAML":                     {[]string{"a: b'c"}, "key: 'a: b''c'", "key: '(sensitive)'"},
		"in a URL":                    {[]string{"p@ss w/rd"}, "http://u:p%40ss%20w%2Frd@h/?p=p%40ss+w%2Frd", "http://u:(sensitive)@h/?p=(sensitive)"},
		"in base64":                   {[]string{"correct horse"}, "Basic Y29ycmVjdCBob3JzZQ==", "Basic (sensitive)"},
		"one line of many":            {[]string{"BEGIN KEY\nabcdefghijkl\nEND"}, "got abcdefghijkl", "got (sensitive)"},
		"short, in the midst of text": {[]string{"1"}, "10 of 11", "10 of 11"},
		"short, alone":                {[]string{"1"}, "1", "(sensitive)"},
		"short, alone and quoted":     {[]string{"no"}, `"no"`, "(sensitive)"},
		"empty and blank are nothing": {[]string{"", " "}, " ", " "},
		"no secrets":                  {nil, "text", "text"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, secret.NewMask(c.secrets...).Text(c.given))
		})
	}
}

// TestOrderMeansNothing: a saved plan is compared with one made from secrets that
// were met in another order.
func TestOrderMeansNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune(`ab"\$`)), 1, 6, -1)
		secrets := rapid.SliceOfN(word, 1, 5).Draw(t, "secrets")
		text := fmt.Sprintf("%s %q", secrets[0], strings.Join(secrets, ""))
		want := secret.NewMask(secrets...).Text(text)
		slices.Reverse(secrets)
		assert.Equal(t, want, secret.NewMask(secrets...).Text(text))
	})
}
