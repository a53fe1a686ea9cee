package config

import (
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

func (d *moduleDecoder) settings(block *hcl.Block) {
	content := d.content(block, bodySchema([]string{"required_version"}, blockSchema("required_providers")))
	s := &Settings{
		RequiredVersion:   argument(content, "required_version"),
		RequiredProviders: map[string]*RequiredProvider{},
		DeclRange:         block.DefRange,
	}
	d.checkVersion(content)
	for _, inner := range content.Blocks {
		for _, attr := range inOrder(d.attributes(inner.Body)) {
			if d.declare(d.names, "required provider", attr.Name, attr.NameRange) {
				s.RequiredProviders[attr.Name] = d.requiredProvider(attr)
			}
		}
	}
	d.module.Settings = append(d.module.Settings, s)
}

// checkVersion holds the running version against required_version. A pre-release
// counts as the version that it leads to: what works there must be testable.
func (l *loader) checkVersion(content *hcl.BodyContent) {
	text := l.staticString(content, "required_version")
	if text == "" {
		return
	}
	at := content.Attributes["required_version"].Expr.Range()
	constraint, ok := l.constraint(text, at)
	running, err := version.NewSemver(l.running)
	if !ok || err != nil || constraint.Check(running.Core()) {
		return
	}
	l.outdated = append(l.outdated, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Unsupported gameday version",
		Detail:   "This configuration needs gameday " + text + ", and this is gameday " + l.running + ". Install a version that it supports, or change required_version.",
		Subject:  &at,
	})
}

func (l *loader) constraint(text string, at hcl.Range) (version.Constraints, bool) {
	constraint, err := version.NewConstraint(text)
	if err != nil {
		l.invalid(at, "Invalid version constraint", "%q is not a version constraint. Expected an operator and a version, such as \">= 1.2.0\" or \"~> 1.2\"; several are joined by commas.", text)
	}
	return constraint, err == nil
}

// requiredProvider reads { source = "...", version = "..." }, where a text alone
// is a version.
func (l *loader) requiredProvider(attr *hcl.Attribute) *RequiredProvider {
	p := &RequiredProvider{Name: attr.Name, Source: "builtin", DeclRange: attr.Range}
	pairs, diags := hcl.ExprMap(attr.Expr)
	if diags.HasErrors() {
		l.invalid(attr.Expr.Range(), "Invalid required provider", "Expected an object, such as { source = \"builtin\", version = \"~> 1.2\" }.")
		return p
	}
	for _, pair := range pairs {
		l.requirement(p, pair)
	}
	return p
}

func (l *loader) requirement(p *RequiredProvider, pair hcl.KeyValuePair) {
	key, diags := pair.Key.Value(nil)
	if diags.HasErrors() || key.Type() != cty.String {
		l.invalid(pair.Key.Range(), "Invalid required provider", "Expected source or version here.")
		return
	}
	name := key.AsString()
	if name != "source" && name != "version" {
		l.invalid(pair.Key.Range(), "Unsupported argument", "A required provider has no argument %q, only source and version.%s",
			name, didYouMean(name, "source", "version"))
		return
	}
	v := l.literal(pair.Value, name, cty.String, "a text in quotes")
	switch {
	case v == cty.NilVal:
	case name == "source":
		p.Source = v.AsString()
		l.checkSource(p.Source, pair.Value.Range())
	default:
		p.Version = v.AsString()
		l.constraint(p.Version, pair.Value.Range())
	}
}

// checkSource refuses what later versions will load.
func (l *loader) checkSource(source string, at hcl.Range) {
	if source == "builtin" {
		return
	}
	if strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../") {
		l.invalid(at, "Not supported by this version", "Provider plugins, such as %q, are not supported by this version of gameday. The source of a built-in provider is \"builtin\".", source)
		return
	}
	l.invalid(at, "Invalid provider source", "%q is not the source of a provider: expected \"builtin\".%s", source, didYouMean(source, "builtin"))
}

// didYouMean is a question after a full stop, or nothing.
func didYouMean(given string, names ...string) string {
	if nearest := schema.Nearest(given, names); nearest != "" {
		return " Did you mean \"" + nearest + "\"?"
	}
	return ""
}
