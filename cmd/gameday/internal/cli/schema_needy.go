package cli

import (
	"iter"
	"maps"

	"github.com/gameday-dev/gameday/providers"
)

// needy are the types that need rights, by their name and by kind and name.
type needy map[string]providers.WithAccess

func needyTypes(set *providers.Set) needy {
	all := needy{}
	for _, kind := range providers.Kinds() {
		for _, name := range set.Names(kind) {
			if t, ok := providers.As[providers.WithAccess](set.Type(kind, name)); ok {
				all[string(kind)+"."+name] = t
				if _, taken := all[name]; !taken || kind == providers.KindFault {
					all[name] = t
				}
			}
		}
	}
	return all
}

func (n needy) names() iter.Seq[string] { return maps.Keys(n) }
