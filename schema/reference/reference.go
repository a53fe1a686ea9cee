// Package reference documents everything that can be written in a
// configuration: the blocks of the language and the types of every provider.
// Text, Markdown and JSON Schema are made from the descriptions that decode.
package reference

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// Topic is one block of the language or one type of a provider.
type Topic struct {
	Name     string        // "experiment.steady_state.probe", "fault.local_process_kill"
	Header   string        // `fault "local_process_kill" "name"`
	Provider string        // that offers the type; empty for the language's own
	Block    *schema.Block // with the language's own arguments first
}

// Topics is everything there is to document: the language in the order of its
// blocks, then the types by kind and name.
func Topics(set *providers.Set) []Topic {
	var topics []Topic
	metas := map[providers.Kind]*schema.Block{}
	walk(lang.Language(), "", func(path string, c *lang.Construct) {
		if c.Kind != "" {
			metas[c.Kind] = c.Body
		}
		topics = append(topics, Topic{Name: path, Header: header(c.Name, c.Labels), Block: documented(c)})
	})
	topics = append(topics, Topic{Name: "window", Header: "window", Block: lang.Window()})
	for _, kind := range providers.Kinds() {
		for _, name := range set.Names(kind) {
			topics = append(topics, typeTopic(set, kind, name, metas[kind]))
		}
	}
	return topics
}

func walk(constructs []*lang.Construct, prefix string, visit func(path string, c *lang.Construct)) {
	for _, c := range constructs {
		visit(prefix+c.Name, c)
		walk(c.Children, prefix+c.Name+".", visit)
	}
}

func header(name string, labels []string) string {
	for _, label := range labels {
		name += ` "` + label + `"`
	}
	return name
}

// documented is a construct's body with a sentence on what else it holds.
func documented(c *lang.Construct) *schema.Block {
	block := *c.Body
	var more []string
	if c.Open != "" {
		more = append(more, "Other arguments: "+c.Open)
	}
	if c.Kind != "" {
		more = append(more, "The other arguments are those of the type.")
	}
	if len(c.Children) > 0 {
		names := make([]string, len(c.Children))
		for i, child := range c.Children {
			names[i] = child.Name
		}
		more = append(more, "Blocks: "+strings.Join(names, ", ")+".")
	}
	block.Description = strings.TrimSpace(block.Description + " " + strings.Join(more, " "))
	return &block
}

func typeTopic(set *providers.Set, kind providers.Kind, name string, meta *schema.Block) Topic {
	return Topic{
		Name:     string(kind) + "." + name,
		Header:   header(string(kind), []string{name, "name"}),
		Provider: set.ProviderOf(kind, name).Metadata().Name,
		Block:    merged(set.Type(kind, name).Schema(), meta),
	}
}

// merged is a type's body with the arguments of the language before its own.
func merged(block, meta *schema.Block) *schema.Block {
	whole := *block
	if meta != nil {
		whole.Attributes = slices.Concat(meta.Attributes, block.Attributes)
	}
	return &whole
}

// Find is every topic that a name means: its whole name, its last part, or the
// name of a provider. Empty when there is none.
func Find(topics []Topic, name string) []Topic {
	var exact, loose []Topic
	for _, t := range topics {
		last := lastPart(t.Name)
		switch {
		case t.Name == name:
			exact = append(exact, t)
		case last == name, t.Provider == name && name != "":
			loose = append(loose, t)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}

// lastPart is what follows the last dot of a name.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Nearest is the name of the topic that was probably meant; empty for none.
func Nearest(topics []Topic, name string) string {
	var names []string
	for _, t := range topics {
		last := lastPart(t.Name)
		names = append(names, t.Name, last)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return schema.Nearest(name, names)
}
