package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Verify finds mistakes in a description itself: what a provider's own tests
// should never let through. It reports all of them.
func (b *Block) Verify() error {
	var errs []error
	names := map[string]bool{"dynamic": true} // dynblock's own
	for i := range b.Attributes {
		a := &b.Attributes[i]
		errs = append(errs, within(a.Name, verifyName(a.Name, names), a.verify()))
	}
	for i := range b.Blocks {
		n := &b.Blocks[i]
		errs = append(errs, within(n.Name, verifyName(n.Name, names), n.verify()))
	}
	return errors.Join(append(errs, b.verifyExclusive())...)
}

func within(name string, errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func verifyName(name string, taken map[string]bool) error {
	defer func() { taken[name] = true }()
	switch {
	case !hclsyntax.ValidIdentifier(name):
		return errors.New("not an identifier")
	case taken[name]:
		return errors.New("the name is taken")
	default:
		return nil
	}
}

func (a *Attribute) verify() error {
	var errs []error
	fail := func(wrong bool, text string) {
		if wrong {
			errs = append(errs, errors.New(text))
		}
	}
	fail(!strings.HasSuffix(a.Description, "."), "the description is not a full sentence")
	fail(!a.Type.known(), fmt.Sprintf("there is no type %q of collection %d", a.Type.Kind, a.Type.Of))
	fail(len(a.OneOf) > 0 && a.Type.Kind != String, "OneOf is for strings")
	fail((a.Min != nil || a.Max != nil) && !a.Type.Kind.measured(), "Min and Max are for what can be measured")
	fail(a.Required && a.Default != cty.NilVal, "required, and has a default")
	return errors.Join(append(errs, a.verifyDefault(), a.verifyExample())...)
}

// known reports whether the type is one of those that there are.
func (t Type) known() bool {
	switch t.Kind {
	case String, Numeric, Whole, Bool, Duration, Size, Rate, Percent, Ratio, Any:
		return t.Of == One || t.Of == ListOf || t.Of == MapOf
	default:
		return false
	}
}

func (k Kind) measured() bool {
	switch k {
	case Numeric, Whole, Percent, Ratio, Duration, Size, Rate:
		return true
	default:
		return false
	}
}

func (a *Attribute) verifyDefault() error {
	if a.Default == cty.NilVal {
		return nil
	}
	if want := a.Type.Cty(); want != cty.DynamicPseudoType && !a.Default.Type().Equals(want) {
		return fmt.Errorf("the default is a %s, not a %s", a.Default.Type().FriendlyName(), want.FriendlyName())
	}
	if !a.Default.IsWhollyKnown() {
		return errors.New("the default is unknown")
	}
	if diags := a.check(a.Default); diags.HasErrors() {
		return fmt.Errorf("the default is refused: %s", diags[0].Detail)
	}
	return nil
}

func (a *Attribute) verifyExample() error {
	if a.Example == "" {
		return nil
	}
	_, diags := hclsyntax.ParseExpression([]byte(a.Example), "example", hcl.InitialPos)
	if diags.HasErrors() {
		return fmt.Errorf("the example is not an expression: %w", diags)
	}
	return nil
}

func (n *NestedBlock) verify() error {
	if n.Block == nil {
		return errors.New("a block without a body")
	}
	if n.Nesting != Single && n.Nesting != List && n.Nesting != Map {
		return fmt.Errorf("there is no nesting %d", n.Nesting)
	}
	return n.Block.Verify()
}

func (b *Block) verifyExclusive() error {
	var errs []error
	for _, group := range b.Exclusive {
		for _, name := range group {
			a := b.Attribute(name)
			switch {
			case a == nil && b.nested(name) == nil:
				errs = append(errs, fmt.Errorf("exclusive: there is no %q", name))
			case a != nil && (a.Required || a.Default != cty.NilVal):
				errs = append(errs, fmt.Errorf("exclusive: %q is always set", name))
			}
		}
	}
	return errors.Join(errs...)
}

func (b *Block) nested(name string) *NestedBlock {
	for i := range b.Blocks {
		if b.Blocks[i].Name == name {
			return &b.Blocks[i]
		}
	}
	return nil
}
