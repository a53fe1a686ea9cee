package config

import "github.com/hashicorp/hcl/v2"

func (l *loader) suite(block *hcl.Block, name string) *Suite {
	content := l.content(block, bodySchema([]string{"description", "experiments", "select"}, blockSchema("gate")))
	s := &Suite{
		Name:        name,
		Description: l.staticString(content, "description"),
		Experiments: argument(content, "experiments"),
		Select:      argument(content, "select"),
		DeclRange:   block.DefRange,
	}
	if (s.Experiments == nil) == (s.Select == nil) {
		l.invalid(block.DefRange, "Invalid suite",
			"The suite %q needs either experiments, a list of references, or select, such as { labels = { tier = \"critical\" } }.", name)
	}
	if inner := l.single(content.Blocks, "gate"); inner != nil {
		s.Gate = l.gate(inner)
	}
	return s
}

func (l *loader) gate(block *hcl.Block) *Gate {
	content := l.content(block, bodySchema([]string{"min_score", "max_inconclusive"}))
	return &Gate{
		MinScore:        argument(content, "min_score"),
		MaxInconclusive: argument(content, "max_inconclusive"),
		DeclRange:       block.DefRange,
	}
}
