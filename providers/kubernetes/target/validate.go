package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Validate checks what the schema of a target block does not: the form of
// expressions, fields and owner. Values may be unknown.
func Validate(kind Kind, body schema.Values) providers.Diagnostics {
	return slices.Concat(validateExpressions(body), validateFields(kind, body), validateOwner(body), validateEmpty(body))
}

func validateExpressions(body schema.Values) providers.Diagnostics {
	if _, err := labels.Parse(body.String("expressions")); err != nil {
		return providers.Errorf(at("expressions"), "Not a label selector",
			`Expected what kubectl takes, such as "tier in (backend, cache), !canary"; found %q: %s.`, body.String("expressions"), err)
	}
	return nil
}

func validateFields(kind Kind, body schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	names := fieldNames(kind)
	for _, name := range slices.Sorted(maps.Keys(body.StringMap("fields"))) {
		if !slices.Contains(names, name) {
			diags = append(diags, providers.Errorf(at("fields"), "Unknown field",
				"A %s cannot be chosen by the field %q, only by %s.%s", kind, name, listed(names), didYouMean(name, names))...)
		}
	}
	return diags
}

func validateOwner(body schema.Values) providers.Diagnostics {
	owner := body.String("owner")
	if kind, name, found := strings.Cut(owner, "/"); owner == "" || found && kind != "" && name != "" && !strings.Contains(name, "/") {
		return nil
	}
	return providers.Errorf(at("owner"), "Not an owner", `Expected the kind and the name of a workload, such as "deployment/payments"; found %q.`, owner)
}

// validateEmpty refuses lists that are there and hold nothing: they would choose
// nothing, or everything, and nobody knows which was meant.
func validateEmpty(body schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, name := range []string{"names", "namespaces", "nodes"} {
		if value := body.Attr(name); body.Known(name) && value.Type().IsListType() && value.LengthInt() == 0 {
			diags = append(diags, providers.Errorf(at(name), "Empty list", "%s. Leave it out to choose from all, or name some.", fmt.Sprintf("%s = [] chooses nothing", name))...)
		}
	}
	return diags
}
