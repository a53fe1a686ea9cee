package lang

import (
	"encoding/base64"
	"errors"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func startsWithFunc() function.Function {
	return stringTest("Reports whether a string starts with a prefix.", "prefix", strings.HasPrefix)
}

func endsWithFunc() function.Function {
	return stringTest("Reports whether a string ends with a suffix.", "suffix", strings.HasSuffix)
}

func strContainsFunc() function.Function {
	return stringTest("Reports whether a string contains another.", "part", strings.Contains)
}

func stringTest(description, second string, test func(a, b string) bool) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params:      []function.Parameter{{Name: "text", Type: cty.String}, {Name: second, Type: cty.String}},
		Type:        function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(test(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// replaceFunc takes a pattern between slashes as a regular expression, as
// Terraform's does.
func replaceFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Replaces a substring, or what a /regular expression/ matches.",
		Params: []function.Parameter{
			{Name: "text", Type: cty.String}, {Name: "search", Type: cty.String}, {Name: "replacement", Type: cty.String},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			search := args[1].AsString()
			if len(search) < 2 || !strings.HasPrefix(search, "/") || !strings.HasSuffix(search, "/") {
				return stdlib.Replace(args[0], args[1], args[2])
			}
			pattern, err := regexp.Compile(search[1 : len(search)-1])
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(1, err)
			}
			return cty.StringVal(pattern.ReplaceAllString(args[0].AsString(), args[2].AsString())), nil
		},
	})
}

func base64EncodeFunc() function.Function {
	return unary("Encodes a string as standard Base64.", "text", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) {
			return cty.StringVal(base64.StdEncoding.EncodeToString([]byte(v.AsString()))), nil
		})
}

func base64DecodeFunc() function.Function {
	return unary("Decodes standard Base64 that holds UTF-8 text.", "text", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) {
			raw, err := base64.StdEncoding.DecodeString(v.AsString())
			if err == nil && !utf8.Valid(raw) {
				err = errors.New("the decoded bytes are not UTF-8 text")
			}
			return cty.StringVal(string(raw)), err
		})
}

func basenameFunc() function.Function {
	return unary("The last part of a path.", "path", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) { return cty.StringVal(path.Base(v.AsString())), nil })
}

func dirnameFunc() function.Function {
	return unary("A path without its last part.", "path", cty.String, cty.String,
		func(v cty.Value) (cty.Value, error) { return cty.StringVal(path.Dir(v.AsString())), nil })
}
