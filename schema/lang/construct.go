package lang

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Construct describes a block of the language itself, for documentation and
// JSON Schema. Package config decodes these blocks by hand; a test holds the two
// together.
type Construct struct {
	Name     string
	Labels   []string       // "type", "name"
	Many     bool           // may stand more than once
	Body     *schema.Block  // arguments only; blocks are Children
	Children []*Construct   // in the order of the documentation
	Kind     providers.Kind // the body goes on with that of a type; empty for none
	Open     string         // what other arguments are, where any name is allowed; empty for none
}

// Language is every top-level block, in the order of the documentation.
func Language() []*Construct {
	return []*Construct{
		settings(), variable(), locals(), output(), module(), provider(),
		environment(), experiment(), suite(),
		{Name: "policy", Many: true, Body: Policy()},
	}
}

// arg is an argument of the language. Those that take references or expressions
// of their own kind are of kind Any.
func arg(name string, kind schema.Kind, description string) schema.Attribute {
	return schema.Attribute{Name: name, Type: schema.Type{Kind: kind}, Description: description}
}

func needed(a schema.Attribute) schema.Attribute {
	a.Required = true
	return a
}

func shown(a schema.Attribute, example string) schema.Attribute {
	a.Example = example
	return a
}

func body(description string, attributes ...schema.Attribute) *schema.Block {
	return &schema.Block{Description: description, Attributes: attributes}
}

func settings() *Construct {
	return &Construct{
		Name: "gameday", Many: true,
		Body: body("What the configuration needs of gameday itself.",
			shown(arg("required_version", schema.String, "Versions of gameday that can run this configuration; a constraint."), `">= 0.1.0"`)),
		Children: []*Construct{{
			Name: "required_providers", Open: "An object with the source (\"builtin\", a path, NAMESPACE/NAME of a mirror, or oci://REGISTRY/NAME), the version (a constraint) and env (names of environment variables that it gets) of the provider of that name.",
			Body: body("The providers that the configuration relies on."),
		}},
	}
}

func variable() *Construct {
	return &Construct{
		Name: "variable", Labels: []string{"name"}, Many: true,
		Body: body("A value that is given from outside: by -var, by GAMEDAY_VAR_name, by a variable file, or by a module's caller. Referred to as var.name.",
			arg("description", schema.String, "What the value is for."),
			shown(arg("type", schema.Any, "The type that values are converted to: string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({…}) with optional(…). Default any."), "string"),
			arg("default", schema.Any, "The value when none is given. Without a default the variable is required. The function env reads an environment variable here."),
			arg("sensitive", schema.Bool, "Redact the value in every output, report and record. Default false."),
			arg("nullable", schema.Bool, "Whether null is a value. If not, null stands for the default. Default true."),
		),
		Children: []*Construct{{
			Name: "validation", Many: true,
			Body: body("A condition that every value must meet.",
				needed(shown(arg("condition", schema.Any, "True for values that are right; may refer to variables."), `var.example != ""`)),
				needed(shown(arg("error_message", schema.String, "What to tell who gave a value that is wrong."), `"The value must not be empty."`)),
			),
		}},
	}
}

func locals() *Construct {
	return &Construct{
		Name: "locals", Many: true, Open: "An expression. Referred to as local.name.",
		Body: body("Names for expressions."),
	}
}

func output() *Construct {
	return &Construct{
		Name: "output", Labels: []string{"name"}, Many: true,
		Body: body("A value of a module for its caller, who refers to it as module.call.name.",
			arg("description", schema.String, "What the value is."),
			needed(shown(arg("value", schema.Any, "The value."), `"http://localhost:8080"`)),
			arg("sensitive", schema.Bool, "Redact the value everywhere. Default false."),
		),
	}
}

func module() *Construct {
	return &Construct{
		Name: "module", Labels: []string{"name"}, Many: true, Open: "A value for the module's variable of that name.",
		Body: body("Another directory's configuration as part of this one.",
			needed(shown(arg("source", schema.String, "The directory, starting with ./ or ../, from this module's own."), `"./shop"`)),
			forEach(),
			arg("depends_on", schema.Any, "Modules and experiments whose experiments run before those of this one."),
		),
	}
}

func provider() *Construct {
	return &Construct{
		Name: "provider", Labels: []string{"name"}, Many: true, Open: "What the provider's own schema says.",
		Body: body("Configuration of a provider. Only in the root module."),
	}
}

func environment() *Construct {
	return &Construct{
		Name: "environment", Labels: []string{"type", "name"}, Many: true, Kind: providers.KindEnvironment,
		Body: body("A place where experiments run. It is brought up before the first experiment that names it and ended after the last. Referred to as environment.name; inside its own body as self."),
	}
}

func suite() *Construct {
	return &Construct{
		Name: "suite", Labels: []string{"name"}, Many: true,
		Body: &schema.Block{
			Description: "Experiments that are judged together.",
			Attributes: []schema.Attribute{
				arg("description", schema.String, "What the suite is for."),
				shown(arg("experiments", schema.Any, "A list of references, such as experiment.a or module.shop.experiment.b."), "[experiment.example]"),
				arg("select", schema.Any, "The experiments that have all of some labels: { labels = { tier = \"critical\" } }."),
			},
			Exclusive: [][]string{{"experiments", "select"}},
		},
		Children: []*Construct{{
			Name: "gate",
			Body: body("What the suite must reach to pass. Without it, every experiment must pass.",
				arg("min_score", schema.Ratio, "The share of experiments, by weight, that must pass. Default 1."),
				arg("max_inconclusive", schema.Whole, "How many experiments may be inconclusive. Default 0."),
			),
		}},
	}
}

func forEach() schema.Attribute {
	return arg("for_each", schema.Any, "A map, an object or a set of strings: one instance for each, where each.key and each.value are known.")
}
