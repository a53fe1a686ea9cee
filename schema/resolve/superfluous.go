package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// superfluous says which attribute of a value its type has no place for; empty
// if there is none. A conversion drops such an attribute without a word, and a
// misspelt optional one with it.
func superfluous(got, want cty.Type, at cty.Path) string {
	switch {
	case got == cty.DynamicPseudoType:
		return ""
	case want.IsObjectType() && got.IsObjectType():
		return superfluousAttribute(got, want, at)
	case want.IsCollectionType():
		return superfluousElement(got, want.ElementType(), at)
	case want.IsTupleType() && got.IsTupleType() && got.Length() == want.Length():
		for i, element := range got.TupleElementTypes() {
			if found := superfluous(element, want.TupleElementType(i), at.Copy().IndexInt(i)); found != "" {
				return found
			}
		}
	}
	return ""
}

func superfluousAttribute(got, want cty.Type, at cty.Path) string {
	for _, name := range slices.Sorted(maps.Keys(got.AttributeTypes())) {
		if !want.HasAttribute(name) {
			where := pathText(at)
			if where != "" {
				where = " at " + strings.TrimPrefix(where, ".")
			}
			return fmt.Sprintf("it has no attribute %q%s.%s", name, where, suggest(name, slices.Sorted(maps.Keys(want.AttributeTypes())), "It has"))
		}
		if found := superfluous(got.AttributeType(name), want.AttributeType(name), at.Copy().GetAttr(name)); found != "" {
			return found
		}
	}
	return ""
}

func superfluousElement(got, element cty.Type, at cty.Path) string {
	switch {
	case got.IsCollectionType():
		return superfluous(got.ElementType(), element, at)
	case got.IsTupleType():
		for i, inner := range got.TupleElementTypes() {
			if found := superfluous(inner, element, at.Copy().IndexInt(i)); found != "" {
				return found
			}
		}
	case got.IsObjectType():
		for _, name := range slices.Sorted(maps.Keys(got.AttributeTypes())) {
			if found := superfluous(got.AttributeType(name), element, at.Copy().GetAttr(name)); found != "" {
				return found
			}
		}
	}
	return ""
}
