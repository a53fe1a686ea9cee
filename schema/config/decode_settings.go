package config

import (
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/install"
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
	p := &RequiredProvider{Name: attr.Name, Source: install.Builtin, DeclRange: attr.Range}
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
		l.invalid(pair.Key.Range(), "Invalid required provider", "Expected source, version or env here.")
		return
	}
	switch name := key.AsString(); name {
	case "source":
		if v := l.literal(pair.Value, name, cty.String, "a text in quotes"); v != cty.NilVal {
			p.Source = v.AsString()
			l.checkSource(p.Source, pair.Value.Range())
		}
	case "version":
		if v := l.literal(pair.Value, name, cty.String, "a text in quotes"); v != cty.NilVal {
			p.Version = v.AsString()
			l.constraint(p.Version, pair.Value.Range())
		}
	case "env":
		p.Env = l.names(pair.Value)
	default:
		l.invalid(pair.Key.Range(), "Unsupported argument", "A required provider has no argument %q, only source, version and env.%s",
			name, didYouMean(name, "source", "version", "env"))
	}
}

// names reads a list of texts.
func (l *loader) names(expr hcl.Expression) []string {
	elements, diags := hcl.ExprList(expr)
	if diags.HasErrors() {
		l.invalid(expr.Range(), "Invalid required provider", "Expected a list of names of environment variables, such as [\"PGPASSWORD\"].")
		return nil
	}
	var names []string
	for _, element := range elements {
		if v := l.literal(element, "env", cty.String, "the name of an environment variable in quotes"); v != cty.NilVal {
			names = append(names, v.AsString())
		}
	}
	return names
}

func (l *loader) checkSource(source string, at hcl.Range) {
	if _, err := install.KindOf(source); err != nil {
		l.invalid(at, "Invalid provider source", "%s.%s", err, didYouMean(source, install.Builtin))
	}
}

// didYouMean is a question after a full stop, or nothing.
func didYouMean(given string, names ...string) string {
	if nearest := schema.Nearest(given, names); nearest != "" {
		return " Did you mean \"" + nearest + "\"?"
	}
	return ""
}
